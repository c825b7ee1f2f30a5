internal import Audit
internal import ControlPlane
internal import Digest
internal import Logging
internal import MCPHost
internal import Platform
internal import Policy
internal import Relay
internal import State
internal import Synchronization

/// The core of both clients. Methods that block say so.
final class ClientCore: Sendable {
  enum Phase: Sendable {
    case new
    case ready(PolicyInForce, Snapshot)
    /// Governance is off.
    case open
    case closed
  }

  /// What calls need to know of a phase.
  private enum Access: Sendable {
    case new
    case ready(Snapshot)
    case open
    case closed

    init(_ phase: Phase) {
      switch phase {
      case .new: self = .new
      case .ready(_, let snapshot): self = .ready(snapshot)
      case .open: self = .open
      case .closed: self = .closed
      }
    }
  }

  let settings: Settings
  let registry = ToolRegistry()
  let trail: Trail
  let link: ServiceLink?
  /// What stands for the API key in file names.
  let scope: String
  let delivery: RecordDelivery
  /// The client's phase. Whoever changes it publishes what calls need to know of it.
  private let phase = Mutex(Phase.new)
  private let published = Published(Access.new)
  let timers = Timers()
  let waitingRecords = Atomic(0)
  /// The number of the pull that the policy in force came from; written under the lock of `phase`.
  let takenPull = Atomic<UInt64>(0)
  /// When the quarantine was last looked for; monotonic, in nanoseconds.
  let lookedForQuarantine = Atomic<UInt64>(0)

  /// Throws before a policy is read or a service is asked: for a malformed API key, and for options that are missing or
  /// out of range.
  init(_ configuration: ControlZeroConfiguration) throws {
    let key = try Settings.key(configuration.apiKey)
    let settings = try Settings(configuration)
    self.settings = settings
    scope = key.scope
    link = settings.usesService ? try ServiceLink(settings, key: key) : nil
    trail = Trail(
      CallRecord(
        sessionID: Hexadecimal.text(RandomBytes.array(16)), agentName: settings.agentName,
        mode: settings.mode.rawValue),
      stateDirectory: settings.stateDirectory)
    delivery = RecordDelivery(stateDirectory: settings.stateDirectory, sender: .ofThisMachine(version: Version.number))
  }

  deinit { timers.cancel() }

  var logger: Logger { settings.logger }

  // MARK: Life

  /// Gets the policy and the tools. Blocks.
  func initialize(_ cancellation: Cancellation = Cancellation()) throws {
    guard !isClosed else { throw ClientClosedError() }
    if let path = settings.serversPath {
      registry.add(try ServersFile.read(path), startTimeout: Self.nanoseconds(settings.callTimeout))
    }
    guard settings.isGoverned else {
      return try change { phase in
        if case .closed = phase { throw ClientClosedError() }
        phase = .open
      }
    }
    try refreshPolicy(isFirst: true, cancellation)
    startTimers()
  }

  func registerServer(_ name: String, _ command: ServerCommand) {
    let server = ToolRegistry.server(command, startTimeout: Self.nanoseconds(settings.callTimeout))
    registry.register(name, .server(server))
  }

  var isClosed: Bool {
    if case .closed = published.current { true } else { false }
  }

  /// Changes the phase, and publishes it.
  func change<Result: Sendable>(_ body: @Sendable (inout sending Phase) throws -> Result) throws -> Result {
    try phase.withLock { phase in
      defer { published.update { $0 = Access(phase) } }
      return try body(&phase)
    }
  }

  /// Delivers the waiting records as far as a few seconds allow, ends the servers, wipes the keys. Blocks. Never
  /// throws: the records left over are on disk.
  func close() {
    let wasReady = phase.withLock { phase in
      defer {
        phase = .closed
        published.update { $0 = .closed }
      }
      if case .ready = phase { return true }
      return false
    }
    timers.cancel()
    registry.close()
    do throws(AuditError) {
      try trail.close()
    } catch {
      logger.error("the audit record can't be written", metadata: ["reason": "\(error)"])
    }
    if wasReady, let link, waitingRecords.load(ordering: .relaxed) > 0 {
      let farewell = Cancellation(after: Self.farewell)
      // A refresh that hangs would use up all of that time.
      link.reserve(for: farewell)
      do {
        try deliver(farewell)
      } catch {
        logger.warning("records wait for the service", metadata: ["reason": "\(error)"])
      }
    }
    link?.close()
  }

  /// How long closing may spend on records.
  private static let farewell = Duration.seconds(5)

  // MARK: Errors of the phase

  /// What calls are judged by now; nil if governance is off.
  ///
  /// Waits for nothing but a thread that puts another policy in force at this moment.
  func snapshot() throws -> Snapshot? {
    switch published.current {
    case .new: throw NotInitializedError()
    case .closed: throw ClientClosedError()
    case .open: return nil
    case .ready(let snapshot):
      let now = WallClock.seconds()
      return now < snapshot.deadline ? snapshot : try expired(at: now)
    }
  }

  /// Brings the policy up to date, once its deadline has passed.
  private func expired(at now: Int64) throws -> Snapshot? {
    let agentName = settings.agentName
    let (snapshot, change): (Snapshot?, PolicyInForce.Change?) = try change { phase in
      switch phase {
      case .new: throw NotInitializedError()
      case .closed: throw ClientClosedError()
      case .open: return (nil, nil)
      case .ready(_, let snapshot) where now < snapshot.deadline: return (snapshot, nil)
      case .ready(var inForce, _):
        let change = inForce.tick(at: now)
        let snapshot = Snapshot(inForce, agentName: agentName)
        phase = .ready(inForce, snapshot)
        return (snapshot, change)
      }
    }
    if let change { tell(change) }
    return snapshot
  }

  /// Records a change of the policy, and logs it for people.
  func tell(_ change: PolicyInForce.Change) {
    logger.notice("the policy changed", metadata: ["code": "\(change.code)", "reason": "\(change.reason)"])
    do throws(AuditError) {
      try trail.write(change: change.code, reason: change.reason)
    } catch {
      logger.error("the audit record can't be written", metadata: ["reason": "\(error)"])
    }
  }
}
