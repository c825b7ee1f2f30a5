internal import ControlPlane
internal import Logging
internal import Platform
internal import Relay
internal import State
internal import Synchronization

/// Getting the policy, at the start and again later.
extension ClientCore {
  func startTimers() {
    guard link != nil else { return }
    timers.every(settings.refreshInterval) { [weak self] in self?.refreshInBackground() }
  }

  private func refreshInBackground() {
    do {
      try refreshPolicy(isFirst: false, Cancellation())
    } catch {
      logger.warning("the policy could not be refreshed", metadata: ["reason": "\(error)"])
    }
  }

  /// Gets the policy anew: from the service, or from the file again. Blocks.
  ///
  /// A failure leaves the policy that is in force as it is, for as long as ``Settings/maxCacheAge`` allows.
  func refreshPolicy(isFirst: Bool, _ cancellation: Cancellation) throws {
    let now = WallClock.seconds()
    let loaded: (policy: PolicySource.Loaded, pull: UInt64?)
    do {
      loaded = try load(isFirst: isFirst, at: now, cancellation)
    } catch {
      // If closing the client stopped the load, the load's own error says something else.
      guard !isClosed else { throw ClientClosedError() }
      if !isFirst { fail(error, at: now) }
      throw error
    }
    try take(loaded.policy, pull: loaded.pull, at: now)
  }

  /// Puts the policy of a file in force. Blocks.
  func loadFile(_ path: String) throws {
    let now = WallClock.seconds()
    guard !isClosed else { throw ClientClosedError() }
    try take(try LoadedPolicy.file(path, settings: settings, scope: scope, at: now), at: now)
  }

  // MARK: Sources

  private func load(
    isFirst: Bool, at now: Int64, _ cancellation: Cancellation
  ) throws -> (policy: PolicySource.Loaded, pull: UInt64?) {
    guard let link else { return (try file(at: now), nil) }
    let pulled = try link.pull(at: now, cancellation)
    return (try policy(of: pulled, isFirst: isFirst, at: now), pulled.number)
  }

  private func policy(of pulled: ServiceLink.Pulled, isFirst: Bool, at now: Int64) throws -> PolicySource.Loaded {
    if let keys = pulled.cache.keys { registry.list(keys.json.withArray { SessionTools.names(in: $0) }) }
    switch pulled.outcome {
    case .current:
      return try cached(pulled, isCurrent: true, at: now)
    case .cached(let error):
      let age = now - (pulled.cache.policy.confirmedAt ?? 0)
      guard age <= settings.maxCacheAge else {
        if settings.mode == .hybrid { return try file(at: now) }
        throw PolicyUnavailableError(
          reason: .serviceAway, code: error.code.rawValue,
          description: "\(error.message) [\(error.code.rawValue)]; the cached policy was last confirmed \(age) seconds "
            + "ago, which is longer than maxCacheAge: see that the service can be reached")
      }
      // A client with a policy in force keeps it, and its caller gets the error.
      guard isFirst else { throw LoadedPolicy.failure(error, refusal: nil) }
      logger.warning("the cached policy is used", metadata: ["reason": "\(error)"])
      return try cached(pulled, isCurrent: false, at: now)
    case .none(let error):
      guard settings.mode == .hybrid, Self.isAway(error) else {
        throw LoadedPolicy.failure(error, refusal: pulled.refusal)
      }
      logger.warning("the policy of the file is used", metadata: ["reason": "\(error)"])
      return try file(at: now)
    }
  }

  /// Whether the service gave no answer. A refusal is no reason to use the file.
  private static func isAway(_ error: ControlPlaneError) -> Bool {
    switch error.code {
    case .unreachable, .untrusted, .serverFailure, .rateLimited: true
    default: false
    }
  }

  private func cached(_ pulled: ServiceLink.Pulled, isCurrent: Bool, at now: Int64) throws -> PolicySource.Loaded {
    try LoadedPolicy.cached(pulled.cache, isCurrent: isCurrent, settings: settings, at: now)
  }

  private func file(at now: Int64) throws -> PolicySource.Loaded {
    try LoadedPolicy.file(settings.policyPath ?? "", settings: settings, scope: scope, at: now)
  }

  // MARK: Keeping

  /// - Parameter pull: the pull that the policy came from; if it is earlier than that of the policy in force, the
  ///   policy is late and ignored.
  func take(_ loaded: PolicySource.Loaded, pull: UInt64? = nil, at now: Int64) throws {
    let settings = settings
    let taken: (inForce: PolicyInForce, change: PolicyInForce.Change?)? = try change { phase in
      let change: PolicyInForce.Change?
      let next: PolicyInForce
      switch phase {
      case .closed: throw ClientClosedError()
      case .open: return nil
      case .new:
        next = PolicyInForce(
          loaded, maxAge: settings.maxCacheAge, stateDirectory: settings.stateDirectory, at: now)
        change = nil
      case .ready(var inForce, _):
        if let pull, pull < takenPull.load(ordering: .relaxed) { return nil }
        change = inForce.replace(with: loaded, at: now)
        next = inForce
      }
      if let pull { takenPull.store(pull, ordering: .relaxed) }
      phase = .ready(next, Snapshot(next, agentName: settings.agentName))
      return (next, change)
    }
    guard let taken else { return }
    trail.name(PolicyLabel(taken.inForce.loaded))
    if let change = taken.change { tell(change) }
    do throws(SystemError) {
      try taken.inForce.writeQuarantine(at: WallClock.microseconds())
    } catch {
      logger.error("the quarantine can't be put on file", metadata: ["reason": "\(error)"])
    }
  }

  private func fail(_ error: any Error, at now: Int64) {
    let isTampering = error is BundleVerificationError || error is BundleTamperError
    changePolicy { $0.fail(PolicySourceError(["\(error)"], isTampering: isTampering), at: now) }
  }

  /// Checks whether the machine is in quarantine, at most once a second.
  func lookForQuarantine() {
    let now = MonotonicClock.nanoseconds()
    let last = lookedForQuarantine.load(ordering: .relaxed)
    guard now >= last &+ 1_000_000_000,
      lookedForQuarantine.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    else { return }
    changePolicy { $0.lookForQuarantine() }
  }

  private func changePolicy(_ body: @Sendable (inout PolicyInForce) -> PolicyInForce.Change?) {
    let agentName = settings.agentName
    let change: PolicyInForce.Change?? = try? change { phase in
      guard case .ready(var inForce, let snapshot) = phase else { return nil }
      let change = body(&inForce)
      phase = .ready(inForce, change == nil ? snapshot : Snapshot(inForce, agentName: agentName))
      return change
    }
    if let change, let change { tell(change) }
  }
}
