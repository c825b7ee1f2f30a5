/// When to do what while syncing: a pure state machine. Times and random numbers go in, one action at a time comes out.
///
/// The caller does what ``next(at:)`` says and reports the result. Times are of a clock that never goes back.
public struct SyncPlan: Sendable {
  public struct Options: Sendable {
    public var refreshInterval = Duration.seconds(300)
    /// Between two scans of the segments.
    public var scanInterval = Duration.seconds(2)
    /// How long a record waits to travel with others, and how many are enough to leave.
    public var batchDelay = Duration.seconds(10)
    public var batchSize = 50
    /// Whether to do everything once and end.
    public var isOnce = false
    public var pullsPolicy = true
    public var receivers: [Receiver] = [.service]

    public init() {}
  }

  /// Who gets records.
  public enum Receiver: String, Sendable, CaseIterable {
    case service
    case telemetry = "otlp"
  }

  public enum Action: Sendable, Equatable {
    case pull
    case scan
    case deliver(Receiver)
    /// Nothing to do before this time.
    case rest(until: Duration)
    case finish(Ending)
  }

  public enum Ending: Sendable, Equatable {
    /// The process was asked to end.
    case asked
    /// No relay is alive and nothing waits that could be delivered.
    case idle
    /// Everything was done once.
    case done
  }

  /// The result of a pull, as far as it matters here.
  public enum Pull: Sendable, Equatable {
    case succeeded
    /// The network or the service is unavailable for now.
    case failed(retryAfter: Duration?)
    /// The answer will be the same for a while: a rejected key, a bundle that does not verify.
    case refused
  }

  public enum Delivery: Sendable, Equatable {
    case accepted
    /// Something in the batch is refused; a smaller one comes next.
    case narrowed
    /// A record was set aside.
    case setAside
    case failed(retryAfter: Duration?)
    /// Nothing is accepted with this key.
    case unauthorised
  }

  /// The state of delivery to one receiver.
  private struct Lane: Sendable {
    var waiting = 0
    /// When the oldest waiting record was first seen.
    var since: Duration?
    var notBefore = Duration.zero
    var backoff = Backoff()
    var isStopped = false
    var setAsideInARow = 0
  }

  /// More than this many records set aside in a row look like a fault of the service: it is then contacted more slowly.
  static let maxSetAsideInARow = 3

  private let options: Options
  private var lanes: [Receiver: Lane]
  private var nextPull = Duration.zero
  private var nextScan = Duration.zero
  private var pullBackoff: Backoff
  private var hasPulled: Bool
  private var hasScanned = false
  private var relaysAlive = true
  private var isAskedToEnd = false

  public init(_ options: Options) {
    self.options = options
    lanes = Dictionary(uniqueKeysWithValues: options.receivers.map { ($0, Lane()) })
    hasPulled = !options.pullsPolicy
    pullBackoff = Backoff(first: .seconds(5), longest: options.refreshInterval)
  }

  public func isStopped(_ receiver: Receiver) -> Bool { lanes[receiver]?.isStopped ?? false }

  // MARK: Actions

  public func next(at now: Duration) -> Action {
    if isAskedToEnd { return .finish(.asked) }
    if options.pullsPolicy, now >= nextPull, !(options.isOnce && hasPulled) { return .pull }
    if now >= nextScan, !(options.isOnce && hasScanned) { return .scan }
    for receiver in options.receivers where isDue(receiver, now) { return .deliver(receiver) }
    if hasPulled, hasScanned {
      if options.isOnce { return .finish(.done) }
      if !relaysAlive, lanes.values.allSatisfy({ $0.waiting == 0 || $0.isStopped }) { return .finish(.idle) }
    }
    return .rest(until: wakeUp)
  }

  private func isDue(_ receiver: Receiver, _ now: Duration) -> Bool {
    guard let lane = lanes[receiver], !lane.isStopped, lane.waiting > 0, now >= lane.notBefore else { return false }
    // A run that does everything once does not wait for a second chance.
    if options.isOnce { return lane.backoff.failures == 0 }
    return isBatchReady(lane) || now >= sendTime(lane)
  }

  /// Whether records need not wait for others: there are enough, or no more will come.
  private func isBatchReady(_ lane: Lane) -> Bool { !relaysAlive || lane.waiting >= options.batchSize }

  private func sendTime(_ lane: Lane) -> Duration { (lane.since ?? .zero) + options.batchDelay }

  private var wakeUp: Duration {
    var time = options.isOnce ? Duration.seconds(Int64.max) : nextScan
    if options.pullsPolicy { time = min(time, nextPull) }
    for lane in lanes.values where !lane.isStopped && lane.waiting > 0 {
      time = min(time, max(lane.notBefore, isBatchReady(lane) ? .zero : sendTime(lane)))
    }
    return time
  }

  // MARK: Events

  /// The process is asked to end.
  public mutating func askToEnd() { isAskedToEnd = true }

  /// Another key is in use: what was stopped because of the old one starts again.
  public mutating func keyChanged(at now: Duration) {
    lanes[.service]?.isStopped = false
    lanes[.service]?.notBefore = .zero
    lanes[.service]?.backoff.reset()
    nextPull = now
  }

  public mutating func pulled(_ result: Pull, at now: Duration, jitter: Double) {
    hasPulled = true
    let spread = options.refreshInterval * (0.9 + 0.2 * min(max(jitter, 0), 1))
    switch result {
    case .succeeded:
      pullBackoff.reset()
      nextPull = now + spread
    case .refused:
      nextPull = now + spread
    case .failed(let retryAfter):
      // Never at once: the minimum is a second.
      nextPull = now + max(pullBackoff.next(jitter: jitter, retryAfter: retryAfter), .seconds(1))
    }
  }

  /// - Parameters:
  ///   - waiting: the number of deliverable records for each receiver.
  ///   - relaysAlive: whether the writer of any segment is alive.
  public mutating func scanned(waiting: [Receiver: Int], relaysAlive: Bool, at now: Duration) {
    hasScanned = true
    self.relaysAlive = relaysAlive
    nextScan = now + options.scanInterval
    for (receiver, count) in waiting { setWaiting(count, receiver, now) }
  }

  public mutating func delivered(
    _ result: Delivery, to receiver: Receiver, waiting: Int, at now: Duration, jitter: Double
  ) {
    setWaiting(waiting, receiver, now)
    guard var lane = lanes[receiver] else { return }
    switch result {
    case .accepted:
      lane.backoff.reset()
      lane.setAsideInARow = 0
      lane.notBefore = now
    case .narrowed:
      lane.notBefore = now
    case .setAside:
      lane.setAsideInARow += 1
      let isPlausible = lane.setAsideInARow <= Self.maxSetAsideInARow
      lane.notBefore = now + (isPlausible ? .zero : lane.backoff.next(jitter: jitter, retryAfter: nil))
    case .failed(let retryAfter):
      lane.notBefore = now + lane.backoff.next(jitter: jitter, retryAfter: retryAfter)
    case .unauthorised:
      lane.isStopped = true
    }
    lanes[receiver] = lane
  }

  private mutating func setWaiting(_ count: Int, _ receiver: Receiver, _ now: Duration) {
    lanes[receiver]?.waiting = count
    if count == 0 {
      lanes[receiver]?.since = nil
    } else if lanes[receiver]?.since == nil {
      lanes[receiver]?.since = now
    }
  }
}
