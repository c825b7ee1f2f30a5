internal import Audit
internal import State

/// Sends the records of a state directory to the service from within a program, as `czproxy sync` does from outside.
public struct RecordDelivery: Sendable {
  public struct Outcome: Sendable {
    public var delivered = 0
    /// The number of records that are left.
    public var waiting = 0
    /// Why records are left; nil if none is, and if somebody else is delivering.
    public var failure: ControlPlaneError?
    /// Why some segments were left out; nil if none was.
    public var obstacle: SyncError?
    /// Whether another process, or another client of this one, delivers now.
    public var isElsewhere = false
  }

  private let stateDirectory: String
  private let sender: Sender

  public init(stateDirectory: String, sender: Sender) {
    self.stateDirectory = stateDirectory
    self.sender = sender
  }

  /// Delivers everything that waits now, unless somebody else does.
  public func run(_ deliver: ([UInt8]) -> DeliveryOutcome) throws(SyncError) -> Outcome {
    let lock: SyncLock?
    do throws(StateError) {
      lock = try SyncLock.acquire(stateDirectory: stateDirectory)
    } catch {
      throw SyncError("\(error)")
    }
    guard lock != nil else {
      return Outcome(waiting: outbox.countAll(try Outbox.segments(of: directory)), isElsewhere: true)
    }
    let outcome = try runLocked(deliver)
    _ = consume lock
    return outcome
  }

  private var directory: AuditDirectory { AuditDirectory(stateDirectory: stateDirectory) }

  private var outbox: Outbox { Outbox(.service, directory, from: sender) }

  private func runLocked(_ deliver: ([UInt8]) -> DeliveryOutcome) throws(SyncError) -> Outcome {
    var outbox = outbox
    let segments = try Outbox.segments(of: directory)
    try outbox.scan(segments, live: Set(segments))
    var outcome = Outcome(obstacle: outbox.unreadable.first)
    var setAsideInARow = 0
    var refusal: ControlPlaneError?
    while outbox.waiting > 0 {
      // This looks like a fault of the service: the other records wait for another time.
      if setAsideInARow > SyncPlan.maxSetAsideInARow {
        outcome.failure = refusal
        break
      }
      let batch = try outbox.batch()
      // The records that were counted no longer exist, or were set aside.
      if batch.isEmpty { break }
      switch try outbox.settle(deliver(Outbox.serviceBody(of: batch)), batch.count) {
      case .delivered:
        outcome.delivered += batch.count
        setAsideInARow = 0
      case .unclear: break
      case .firstIsAtFault(let error):
        setAsideInARow += 1
        refusal = error
      case .unauthorised(let error), .failed(let error):
        outcome.failure = error
        outcome.waiting = outbox.waiting
        return outcome
      }
    }
    outcome.waiting = outbox.waiting
    return outcome
  }

  /// How many records of a segment wait before an offset.
  public func waiting(in segment: String, before offset: Int) throws(SyncError) -> Int {
    try outbox.waiting(in: segment, before: offset)
  }
}
