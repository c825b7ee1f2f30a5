internal import Audit
internal import Platform
internal import State

/// `czproxy sync`: does what ``SyncPlan`` says until the plan finishes.
public final class SyncRunner {
  public enum Ending: Sendable, Equatable {
    case ended(SyncPlan.Ending)
    /// Another process is syncing.
    case alreadyRunning
  }

  let options: SyncOptions
  let refresh: PolicyRefresh
  let report: (String) -> Void
  let stop: StopSignal
  let directory: AuditDirectory
  var connection: ServiceConnection?
  var exporter: TelemetryExporter?
  var outboxes: [SyncPlan.Receiver: Outbox] = [:]
  var plan: SyncPlan
  private var retention: Retention
  var state = SyncState()
  /// The reasons for refusing bundles that the service was told of.
  var toldReasons: Set<String> = []
  var savedState: SyncState?
  var lastReports: [String: String] = [:]

  /// What could not be kept, or removed, if the service is not the cause.
  var loss: SyncError?
  /// Why the last record was set aside.
  var refusal: ControlPlaneError?
  /// The result of a run that does everything once: nil, or the reason why something is left.
  public internal(set) var failure: ControlPlaneError?

  /// A segment that was written this recently counts as live: its writer may be about to lock it.
  private static let youth: Int64 = 3

  /// Finds the key, if there is one; throws E1103 if there is nothing to do without it.
  ///
  /// - Parameters:
  ///   - verify: what a bundle must pass to be cached.
  ///   - report: takes a line for a person.
  public init(
    _ options: SyncOptions, verify: @escaping BundleVerifier, report: @escaping (String) -> Void
  ) throws(SyncError) {
    self.options = options
    self.report = report
    let stop = try StopSignal()
    self.stop = stop
    refresh = PolicyRefresh(verify: verify) { stop.isSet }
    directory = AuditDirectory(stateDirectory: options.stateDirectory)
    retention = Retention(directory, seconds: options.retention)
    if options.telemetryEndpoint == nil || Self.hasKey(options) {
      connection = try ServiceConnection(options, stop: stop)
    }
    if let endpoint = options.telemetryEndpoint {
      exporter = try Self.exporter(to: endpoint, options, stop: stop)
    }
    var planOptions = options.plan
    planOptions.receivers = connection != nil && options.shipsToService ? [.service] : []
    if exporter != nil { planOptions.receivers.append(.telemetry) }
    planOptions.pullsPolicy = connection != nil && options.plan.pullsPolicy
    plan = SyncPlan(planOptions)
    for receiver in planOptions.receivers {
      outboxes[receiver] = Outbox(receiver, directory, from: options.sender)
    }
  }

  private static func exporter(
    to endpoint: String, _ options: SyncOptions, stop: StopSignal
  ) throws(SyncError) -> TelemetryExporter {
    var http = options.http
    http.shouldStop = { stop.isSet }
    http.userAgent = "czproxy/\(options.sender.version)"
    do {
      http.authorityFile = try ServiceSettings.telemetryAuthorities(options.service)
      return try TelemetryExporter.make(
        try ServiceURL(endpoint, allowsPlainHTTP: options.allowsPlainHTTP), headers: options.telemetryHeaders,
        sender: options.sender, options: http)
    } catch {
      throw SyncError("\(error)", isConfiguration: true)
    }
  }

  /// Whether there is a key at all; a malformed one counts, because it is reported.
  private static func hasKey(_ options: SyncOptions) -> Bool {
    do throws(StateError) {
      _ = try ServiceSettings.key(options.service, stateDirectory: options.stateDirectory)
      return true
    } catch {
      return error.code != .noKey || options.service.keyFile != nil
    }
  }

  public func run() throws(SyncError) -> Ending {
    var hasRun = false
    while true {
      guard let ending = try runLocked() else { return hasRun ? .ended(.idle) : .alreadyRunning }
      hasRun = true
      // A relay that started meanwhile saw the lock held, and relies on this process.
      guard ending == .idle, !liveSegments(try Outbox.segments(of: directory)).isEmpty else { return .ended(ending) }
    }
  }

  /// Nil if another process has the lock. The lock is released on return.
  private func runLocked() throws(SyncError) -> SyncPlan.Ending? {
    while true {
      let lock: SyncLock?
      do throws(StateError) {
        lock = try SyncLock.acquire(stateDirectory: options.stateDirectory)
      } catch {
        throw SyncError("\(error)")
      }
      guard let lock else { return nil }
      if let ending = try work(lock) { return ending }
    }
  }

  /// Nil if the lock is lost.
  private func work(_ lock: borrowing SyncLock) throws(SyncError) -> SyncPlan.Ending? {
    startState()
    // Without the lock, another process may have delivered what was known to wait.
    for receiver in outboxes.keys { try outboxes[receiver]?.recount() }
    try scan()
    while true {
      if lock.isLost { return nil }
      switch plan.next(at: now) {
      case .pull: pull()
      case .scan: try scan()
      case .deliver(let receiver): try deliver(receiver)
      case .rest(let time): stop.rest(for: time - now)
      case .finish(let ending):
        saveState()
        if ending == .done { try checkWhatIsLeft() }
        return ending
      }
      if stop.isSet { plan.askToEnd() }
      saveState()
    }
  }

  /// A run that does everything once has failed if records are left.
  private func checkWhatIsLeft() throws(SyncError) {
    if let loss { throw loss }
    if let count = outboxes.values.map(\.unreadable.count).max(), count > 0 {
      throw SyncError("the records of \(count) segments could not be delivered")
    }
    if failure == nil, outboxes.values.contains(where: { $0.waiting > 0 }) { failure = refusal }
  }

  private func scan() throws(SyncError) {
    // If no policy is pulled, nothing else checks for another key.
    if plan.isStopped(.service) { followKey() }
    let segments = try Outbox.segments(of: directory)
    let live = liveSegments(segments)
    var waiting: [SyncPlan.Receiver: Int] = [:]
    for receiver in outboxes.keys {
      try outboxes[receiver]?.scan(segments, live: live)
      waiting[receiver] = outboxes[receiver]?.waiting
    }
    let unreadable = outboxes.values.lazy.compactMap(\.unreadable.first).first
    note("records", unreadable.map { "\($0); what is in it is not sent" })
    plan.scanned(waiting: waiting, relaysAlive: !live.isEmpty, at: now)
    // A clock that is ahead must not make recent segments look old, so the receivers' clock counts too.
    if !outboxes.isEmpty, let answeredAt = state.answeredAt {
      do throws(SyncError) {
        let removed = try retention.run(segments, at: min(clock, answeredAt)) { segment in
          !live.contains(segment) && outboxes.values.allSatisfy { $0.isFinished(segment) }
        }
        if !removed.isEmpty {
          note("retention", nil)
          report("removed \(removed.count) old audit segments; all their records were delivered")
        }
      } catch {
        // What is kept for longer than it has to be holds up no delivery.
        note("retention", "\(error)")
        loss = SyncError("old audit segments could not be removed")
      }
    }
  }

  /// Segments whose writer is alive, or that are too young to tell.
  private func liveSegments(_ segments: [String]) -> Set<String> {
    let now = clock
    return Set(
      segments.filter { segment in
        if !outboxes.isEmpty, outboxes.values.allSatisfy({ $0.isFinished(segment) }) { return false }
        guard let status = directory.status(of: segment) else { return false }
        return (0...Self.youth).contains(now - status.modifiedAt) || directory.isLocked(segment)
      })
  }

  var now: Duration { .nanoseconds(Int64(clamping: MonotonicClock.nanoseconds())) }
  var clock: Int64 { WallClock.seconds() }
  var jitter: Double { Double.random(in: 0..<1) }
}
