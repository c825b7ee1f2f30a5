internal import Platform
public import State

/// Brings the cached policy up to date (Control Zero 1.13.16, `policies/pull`).
public struct PolicyRefresh: Sendable {
  public enum Outcome: Sendable, Equatable {
    /// A bundle was received, verified and cached; or the cached one was confirmed.
    case current(isNew: Bool)
    /// The cached bundle stays in force.
    case cached(ControlPlaneError)
    /// There is nothing that a starting process could use.
    case none(ControlPlaneError)

    public var failure: ControlPlaneError? {
      switch self {
      case .current: nil
      case .cached(let error), .none(let error): error
      }
    }
  }

  private let verify: BundleVerifier
  private let shouldStop: @Sendable () -> Bool

  /// How long another process may take to ask the service: three exchanges of ``HTTPClient/Options/totalTimeout``, and
  /// some.
  private static let lockTimeout = Duration.seconds(120)

  /// - Parameter shouldStop: called while another process holds the lock; requests to the service have their own check.
  public init(verify: @escaping BundleVerifier, shouldStop: @escaping @Sendable () -> Bool = { false }) {
    self.verify = verify
    self.shouldStop = shouldStop
  }

  /// Asks the service once: at most one pull and two bootstraps.
  ///
  /// - Parameter now: UNIX seconds.
  public func run(
    _ service: inout some PolicyService & ~Copyable, _ cache: inout PolicyCache, now: Int64
  ) throws(StateError) -> Outcome {
    // Files that nothing names are removed, so two writers would remove each other's.
    let path = CacheLayout.cacheLock(in: cache.layout.stateDirectory)
    let lock: FileLock
    do throws(SystemError) {
      lock = try FileLock(path, limit: Self.lockTimeout, shouldStop: shouldStop)
    } catch {
      if error.number == ECANCELED { return try without(ControlPlaneError(.stopped, "it was given up"), &cache) }
      throw StateError("lock", path, error.number)
    }
    // Another process may have changed the cache, or a person removed it: what is not on disk must not be confirmed.
    try cache.reload()
    let outcome = try runLocked(&service, &cache, now: now)
    _ = consume lock
    return outcome
  }

  private func runLocked(
    _ service: inout some PolicyService & ~Copyable, _ cache: inout PolicyCache, now: Int64
  ) throws(StateError) -> Outcome {
    let keys: ProjectKeys
    if let known = cache.keys {
      keys = known
    } else {
      do throws(ControlPlaneError) {
        keys = try service.bootstrap()
      } catch {
        return try without(error, &cache)
      }
      try cache.save(keys)
    }
    switch service.pull(etag: cache.etag) {
    case .bundle(let blob):
      return try take(blob, keys, &service, &cache) { (keys, facts, cache) throws(StateError) in
        // An old bundle that somebody kept is still signed. Control Zero's SDK takes it; the cache does not go back.
        if let known = cache.policy.createdAt, cache.bundle != nil, facts.createdAt < known {
          return .cached(
            ControlPlaneError(
              .bundleRefused, "the service sent a bundle of \(facts.createdAt), older than the one in force (\(known))"
            ))
        }
        let isNew = cache.bundle != blob
        try cache.save(blob, keys: keys, facts: facts, at: now)
        return .current(isNew: isNew)
      }
    case .notModified:
      guard let blob = cache.bundle else {
        return .none(
          ControlPlaneError(.unusable, "the service says that a bundle which we don't have is current", status: 304))
      }
      return try take(blob, keys, &service, &cache) { (keys, _, cache) throws(StateError) in
        try cache.confirm(keys: keys, at: now)
        return .current(isNew: false)
      }
    case .failed(let error):
      return try without(error, &cache)
    }
  }

  /// Verifies a bundle; if that fails, once more with newly fetched keys: the project may have changed them.
  private func take(
    _ blob: [UInt8], _ keys: ProjectKeys, _ service: inout some PolicyService & ~Copyable, _ cache: inout PolicyCache,
    _ use: (ProjectKeys, BundleFacts, inout PolicyCache) throws(StateError) -> Outcome
  ) throws(StateError) -> Outcome {
    if let facts = try? verify(blob, keys) { return try use(keys, facts, &cache) }
    let renewed: (keys: ProjectKeys, facts: BundleFacts)
    do throws(ControlPlaneError) {
      let keys = try service.bootstrap()
      renewed = (keys, try verify(blob, keys))
    } catch {
      // After a request to end, it is unknown what the new keys would have said.
      return error.code == .stopped ? try without(error, &cache) : try refuse(blob, error, &cache)
    }
    return try use(renewed.keys, renewed.facts, &cache)
  }

  private func refuse(
    _ blob: [UInt8], _ failure: ControlPlaneError, _ cache: inout PolicyCache
  ) throws(StateError) -> Outcome {
    // Never falls back to the cached bundle, and never caches the refused one.
    try cache.mark(
      .init(code: failure.code.rawValue, message: failure.message), removingBundle: cache.bundle == blob)
    return .none(failure)
  }

  /// The outcome if the service gave nothing.
  private func without(_ error: ControlPlaneError, _ cache: inout PolicyCache) throws(StateError) -> Outcome {
    if error.code == .keyRejected {
      try cache.mark(.init(code: error.code.rawValue, message: error.message))
      return .none(error)
    }
    return cache.bundle == nil || cache.policy.fault != nil ? .none(error) : .cached(error)
  }
}
