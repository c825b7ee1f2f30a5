internal import Audit
internal import State
internal import System
internal import Wire

/// `czproxy sync`: does what ``SyncPlan`` says until it says that it is over.
public final class SyncRunner {
  public enum Ending: Sendable, Equatable {
    case ended(SyncPlan.Ending)
    /// Another process does it.
    case alreadyRunning
  }

  private let options: SyncOptions
  private let refresh: PolicyRefresh
  private let report: (String) -> Void
  private let stop: StopSignal
  private let directory: AuditDirectory
  private var connection: ServiceConnection?
  private var exporter: TelemetryExporter?
  private var outboxes: [SyncPlan.Receiver: Outbox] = [:]
  private var plan: SyncPlan
  private var retention: Retention
  private var state = SyncState()
  private var savedState: SyncState?
  private var lastReports: [String: String] = [:]

  /// A segment that was written this short a time ago is taken for live: its writer may be about to lock it.
  private static let youth: Int64 = 3

  /// Finds the key, if there is one; throws E1103 where there is nothing to do without it.
  ///
  /// - Parameters:
  ///   - verify: what a bundle must pass to be cached.
  ///   - report: takes a line for a person.
  public init(
    _ options: SyncOptions, verify: @escaping BundleVerifier, report: @escaping (String) -> Void
  ) throws(SyncError) {
    self.options = options
    self.report = report
    refresh = PolicyRefresh(verify: verify)
    stop = try StopSignal()
    directory = AuditDirectory(stateDirectory: options.stateDirectory)
    retention = Retention(directory, seconds: options.retention)
    var planOptions = options.plan
    planOptions.receivers = []
    plan = SyncPlan(planOptions)
    try open()
  }

  /// What came of it all, where everything was to be done once: nil, or the reason why something is left.
  public private(set) var failure: ControlPlaneError?

  public func run() throws(SyncError) -> Ending {
    var hasRun = false
    while true {
      guard let ending = try runLocked() else { return hasRun ? .ended(.idle) : .alreadyRunning }
      hasRun = true
      // A relay that started meanwhile saw the lock held, and relies on us.
      guard ending == .idle, !liveSegments(directory.segments()).isEmpty else { return .ended(ending) }
    }
  }

  // MARK: Parts

  private func open() throws(SyncError) {
    var planOptions = options.plan
    planOptions.receivers = []
    if options.telemetryEndpoint == nil || hasKey {
      let connection = try ServiceConnection(options, stop: stop)
      self.connection = connection
      if options.shipsToService { planOptions.receivers.append(.service) }
    }
    planOptions.pullsPolicy = connection != nil && options.plan.pullsPolicy
    if let endpoint = options.telemetryEndpoint {
      planOptions.receivers.append(.telemetry)
      var http = options.http
      let stop = stop
      http.shouldStop = { stop.isSet }
      http.userAgent = "czproxy/\(options.sender.version)"
      http.authorityFile = options.service.authorityFile ?? Environment.value("OTEL_EXPORTER_OTLP_CERTIFICATE")
      do throws(ControlPlaneError) {
        exporter = try TelemetryExporter.make(
          try ServiceURL(endpoint, allowsPlainHTTP: options.allowsPlainHTTP), headers: options.telemetryHeaders,
          sender: options.sender, options: http)
      } catch {
        throw SyncError("\(error)", isConfiguration: true)
      }
    }
    plan = SyncPlan(planOptions)
    let sender = options.sender
    for receiver in planOptions.receivers {
      outboxes[receiver] = Outbox(receiver, directory) { row in
        receiver == .service ? ServiceEntry.encode(row, from: sender) : TelemetryRecord.encode(row)
      }
    }
  }

  /// Whether there is a key at all; one that is malformed counts, for it is told about.
  private var hasKey: Bool {
    do throws(StateError) {
      _ = try ServiceSettings.key(options.service, stateDirectory: options.stateDirectory)
      return true
    } catch {
      return error.code != .noKey || options.service.keyFile != nil
    }
  }

  /// Nil where another process has the lock, which is given back on return.
  private func runLocked() throws(SyncError) -> SyncPlan.Ending? {
    let lock: SyncLock?
    do throws(StateError) {
      lock = try SyncLock.acquire(stateDirectory: options.stateDirectory)
    } catch {
      throw SyncError("\(error)")
    }
    guard lock != nil else { return nil }
    let ending = try work()
    _ = consume lock
    return ending
  }

  private func work() throws(SyncError) -> SyncPlan.Ending {
    startState()
    try scan()
    while true {
      switch plan.next(at: now) {
      case .pull: pull()
      case .scan: try scan()
      case .deliver(let receiver): try deliver(receiver)
      case .rest(let time): stop.rest(for: time - now)
      case .finish(let ending):
        saveState()
        return ending
      }
      if stop.isSet { plan.askToEnd() }
      saveState()
    }
  }

  private func pull() {
    followKey()
    guard let connection else { return plan.pulled(.refused, at: now, jitter: jitter) }
    let outcome: PolicyRefresh.Outcome
    do throws(StateError) {
      outcome = try connection.refresh(refresh, now: clock)
    } catch {
      // What the service sent is lost; what was cached is as it was.
      note("policy", "\(error)")
      failure = ControlPlaneError(.unusable, error.message)
      return plan.pulled(.failed(retryAfter: nil), at: now, jitter: jitter)
    }
    let policy = connection.cache.policy
    state.pulledAt = clock
    state.confirmedAt = policy.confirmedAt
    switch outcome {
    case .current(let isNew):
      state.source = .service
      note("policy", nil)
      if isNew { report("the service sent a new policy") }
    case .cached(let error):
      state.source = .cache
      note("policy", "\(error); the policy that is cached stays in force")
    case .none(let error):
      state.source = .none
      note("policy", "\(error)")
    }
    if let error = outcome.failure { failure = error }
    plan.pulled(Self.pull(outcome.failure), at: now, jitter: jitter)
  }

  private static func pull(_ failure: ControlPlaneError?) -> SyncPlan.Pull {
    switch failure?.code {
    case nil: .succeeded
    case .unreachable, .untrusted, .serverFailure, .rateLimited, .stopped: .failed(retryAfter: failure?.retryAfter)
    default: .refused
    }
  }

  /// A key file may hold another key by now.
  private func followKey() {
    guard let known = connection else { return }
    do throws(SyncError) {
      guard try known.isOutdated(options) else { return note("key", nil) }
      let next = try ServiceConnection(options, stop: stop)
      connection = next
      state.scope = next.scope
      report("another API key is in use now")
      plan.keyChanged(at: now)
    } catch {
      note("key", "\(error); the key that was in use stays so")
    }
  }

  private func scan() throws(SyncError) {
    let segments = directory.segments()
    let live = liveSegments(segments)
    var waiting: [SyncPlan.Receiver: Int] = [:]
    for receiver in outboxes.keys {
      try outboxes[receiver]?.scan(segments, live: live)
      waiting[receiver] = outboxes[receiver]?.waiting
    }
    plan.scanned(waiting: waiting, relaysAlive: !live.isEmpty, at: now)
    if !outboxes.isEmpty {
      let removed = try retention.run(segments, at: clock) { segment in
        !live.contains(segment) && outboxes.values.allSatisfy { $0.isFinished(segment) }
      }
      if !removed.isEmpty { report("removed \(removed.count) old audit segments; all their records were delivered") }
    }
  }

  /// Segments whose writer is alive, or too young to tell.
  private func liveSegments(_ segments: [String]) -> Set<String> {
    let now = clock
    return Set(
      segments.filter { segment in
        if !outboxes.isEmpty, outboxes.values.allSatisfy({ $0.isFinished(segment) }) { return false }
        guard let status = directory.status(of: segment) else { return false }
        return (0...Self.youth).contains(now - status.modifiedAt) || directory.isLocked(segment)
      })
  }

  private func deliver(_ receiver: SyncPlan.Receiver) throws(SyncError) {
    guard let batch = try outboxes[receiver]?.batch() else { return }
    let result: SyncPlan.Delivery
    if batch.isEmpty {
      // What was counted is not there any more, or was set aside.
      try outboxes[receiver]?.recount()
      result = .accepted
    } else {
      result = try settle(send(batch, to: receiver), batch.count, receiver)
    }
    plan.delivered(result, to: receiver, waiting: outboxes[receiver]?.waiting ?? 0, at: now, jitter: jitter)
  }

  private func send(_ batch: ArraySlice<Outbox.Entry>, to receiver: SyncPlan.Receiver) -> DeliveryOutcome {
    switch receiver {
    case .service:
      var body = Array(#"{"entries":["#.utf8)
      for (index, entry) in batch.enumerated() {
        if index > 0 { body.append(UInt8(ascii: ",")) }
        body += entry.bytes
      }
      return connection?.deliver(body + Array("]}".utf8)) ?? .failed(ControlPlaneError(.unusable, "no connection"))
    case .telemetry:
      let body = exporter?.body(of: batch.map { $0.bytes }) ?? []
      return exporter?.deliver(body) ?? .failed(ControlPlaneError(.unusable, "no connection"))
    }
  }

  private func settle(
    _ outcome: DeliveryOutcome, _ count: Int, _ receiver: SyncPlan.Receiver
  ) throws(SyncError) -> SyncPlan.Delivery {
    let topic = "delivery to \(receiver.rawValue)"
    switch outcome {
    case .accepted(let rejected):
      try outboxes[receiver]?.accept(count)
      tally(receiver) { tally in
        tally.delivered += count - min(rejected, count)
        tally.refused += min(rejected, count)
        tally.lastAt = clock
      }
      note(topic, rejected > 0 ? "\(rejected) of \(count) records were refused" : nil)
      return .accepted
    case .refused(let error):
      let result = try outboxes[receiver]?.refuse(count, error.message, status: error.status) ?? .narrowed
      if result == .setAside {
        tally(receiver) { $0.refused += 1 }
        note(topic, "\(error); the record is set aside in \(directory.path)/\(Outbox.refusedName)")
      }
      return result
    case .unauthorised(let error):
      note(topic, "\(error); records are kept and not sent until the key changes")
      failure = error
      return .unauthorised
    case .failed(let error):
      if error.code != .stopped { note(topic, "\(error); records are kept and sent later") }
      failure = error
      return .failed(retryAfter: error.retryAfter)
    }
  }

  // MARK: State

  private func startState() {
    state.scope = connection?.scope ?? ""
    state.baseURL = connection?.address.text ?? ""
    state.processID = getpid()
    state.startedAt = clock
    let policy = connection?.cache.policy
    state.confirmedAt = policy?.confirmedAt
    state.source = policy?.bundleDigest == nil || policy?.fault != nil ? .none : .cache
  }

  private func tally(_ receiver: SyncPlan.Receiver, _ change: (inout SyncState.Delivery) -> Void) {
    switch receiver {
    case .service:
      var tally = state.service ?? SyncState.Delivery()
      change(&tally)
      state.service = tally
    case .telemetry:
      var tally = state.telemetry ?? SyncState.Delivery()
      change(&tally)
      state.telemetry = tally
    }
  }

  private func saveState() {
    for (receiver, outbox) in outboxes {
      tally(receiver) { tally in
        tally.queue = outbox.waiting
        tally.isStopped = plan.isStopped(receiver)
      }
    }
    guard state != savedState else { return }
    do throws(StateError) {
      try StateFile.replace(CacheLayout.syncState(in: options.stateDirectory), with: state.json)
      savedState = state
      note("state", nil)
    } catch {
      note("state", "\(error)")
    }
  }

  /// Tells a person of a trouble when it changes, not each time that it is met; nil where all is well.
  private func note(_ topic: String, _ text: String?) {
    if let text { state.lastFailure = .init(at: clock, message: text) }
    guard text != lastReports[topic] else { return }
    if let text {
      report(text)
    } else if lastReports[topic] != nil {
      report("\(topic): all is well again")
    }
    lastReports[topic] = text
  }

  private var now: Duration { .nanoseconds(Int64(clamping: MonotonicClock.nanoseconds())) }
  private var clock: Int64 { WallClock.microseconds() / 1_000_000 }
  private var jitter: Double { Double.random(in: 0..<1) }
}
