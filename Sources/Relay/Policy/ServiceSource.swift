import Bundle
import State

/// The policy that `czproxy sync` last pulled from a Control Zero service (1.13.16, "policies/pull", "Cache").
struct ServiceSource: Sendable {
  /// A day: the maximum age of a bundle without policies that was not just sent (1.13.16, "Empty, degraded, stale").
  private static let freshness: Int64 = 86_400

  let layout: CacheLayout
  let checks: AcceptanceChecks
  let remembers: Bool

  /// Nil if nothing has been pulled yet.
  ///
  /// - Parameters:
  ///   - now: seconds since 1970.
  ///   - isStart: whether nothing is in force yet. What the service has rejected is then not used; a running process
  ///     keeps what it has.
  func load(at now: Int64, isStart: Bool) throws(PolicySourceError) -> PolicySource.Loaded? {
    let cached: (policy: CachedPolicy, keys: SharedSecret?, bundle: [UInt8]?)?
    do throws(StateError) {
      cached = try CachedPolicy.load(layout)
    } catch {
      throw PolicySourceError(["\(error)"])
    }
    guard let (policy, keys, bundle) = cached else { return nil }
    if let fault = policy.fault {
      throw PolicySourceError(["\(fault.code): \(fault.message)"], isFinal: isStart)
    }
    guard let keys, let bundle else { return nil }
    let source = BundleSource(
      layout.bundle(policy.bundleDigest ?? ""), checks, stateDirectory: layout.stateDirectory,
      remembers: remembers)
    var loaded = try source.load(
      at: now,
      keys: { () throws(BundleError) in
        try keys.withArray { json throws(BundleError) in try BundleKeys(parsing: json) }
      }, bundle: { bundle },
      trustsEmpty: { header in
        // What was just sent is trusted whatever its date.
        policy.pulledAt == policy.confirmedAt || Self.isFresh(Int64(clamping: header.createdAt), at: now)
      })
    loaded.confirmedAt = policy.confirmedAt ?? 0
    return loaded
  }

  private static func isFresh(_ createdAt: Int64, at now: Int64) -> Bool {
    createdAt > 0 && now - createdAt <= freshness
  }
}
