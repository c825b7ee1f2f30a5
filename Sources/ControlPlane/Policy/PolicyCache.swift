internal import Digest
internal import Platform
public import State

/// Caches the keys and the bundle of one API key, for the relay and for times without a network.
public struct PolicyCache: Sendable {
  public let layout: CacheLayout
  public private(set) var policy: CachedPolicy
  /// Nil if there are no usable keys.
  public private(set) var keys: ProjectKeys?
  /// Nil if there is no bundle, or if it is not the one that `current.json` names.
  public private(set) var bundle: [UInt8]?

  public init(_ layout: CacheLayout) throws(StateError) {
    self.layout = layout
    try StateFile.makeDirectory(layout.stateDirectory)
    try StateFile.makeDirectory(layout.stateDirectory + "/cache")
    try StateFile.makeDirectory(layout.directory)
    let loaded = try CachedPolicy.load(layout)
    policy = loaded?.policy ?? CachedPolicy()
    keys = loaded?.keys.flatMap { keys in try? keys.withArray { try ProjectKeys(json: $0) } }
    bundle = loaded?.bundle.flatMap { SHA256.hexadecimal(of: $0) == policy.bundleDigest ? $0 : nil }
    // Without its keys, a bundle is of no use and must not be confirmed by its digest.
    if keys == nil { bundle = nil }
  }

  /// Reads the cache from disk again.
  mutating func reload() throws(StateError) { self = try PolicyCache(layout) }

  /// SHA-256 of the cached bundle.
  var etag: String? { bundle == nil ? nil : policy.bundleDigest }

  /// Stores keys before there is a bundle.
  mutating func save(_ keys: ProjectKeys) throws(StateError) {
    var next = policy
    next.keysDigest = try write(keys)
    if next.keysDigest != policy.keysDigest { (next.bundleDigest, bundle) = (nil, nil) }
    try commit(next)
    self.keys = keys
  }

  /// Stores a bundle that was verified with the keys.
  mutating func save(
    _ blob: [UInt8], keys: ProjectKeys, facts: BundleFacts, at now: Int64
  ) throws(StateError) {
    let digest = SHA256.hexadecimal(of: blob)
    var next = policy
    next.keysDigest = try write(keys)
    if digest != policy.bundleDigest || bundle == nil {
      try StateFile.replaceDurably(layout.bundle(digest), with: blob)
    }
    next.bundleDigest = digest
    next.pulledAt = now
    next.confirmedAt = now
    next.createdAt = facts.createdAt
    next.fault = nil
    try commit(next)
    (self.keys, bundle) = (keys, blob)
  }

  /// Notes that the service confirmed the bundle as current.
  mutating func confirm(keys: ProjectKeys, at now: Int64) throws(StateError) {
    var next = policy
    next.keysDigest = try write(keys)
    next.confirmedAt = now
    next.fault = nil
    try commit(next)
    self.keys = keys
  }

  /// Keeps every process that starts from now on from using the bundle.
  mutating func mark(_ fault: CachedPolicy.Fault, removingBundle: Bool = false) throws(StateError) {
    guard fault != policy.fault || removingBundle else { return }
    var next = policy
    next.fault = fault
    if removingBundle { (next.bundleDigest, bundle) = (nil, nil) }
    try commit(next)
  }

  // MARK: Files

  private func write(_ keys: ProjectKeys) throws(StateError) -> String {
    try keys.json.withArray { json throws(StateError) in
      let digest = SHA256.hexadecimal(of: json)
      if digest != policy.keysDigest || self.keys == nil {
        try StateFile.replaceDurably(layout.keys(digest), with: json)
      }
      return digest
    }
  }

  /// Makes the new state visible to readers, then removes files that nothing names any more.
  private mutating func commit(_ next: CachedPolicy) throws(StateError) {
    try StateFile.replaceDurably(layout.current, with: next.json)
    policy = next
    let kept = [next.keysDigest.map { layout.keys($0) }, next.bundleDigest.map { layout.bundle($0) }]
    for name in (try? Directory.names(in: layout.directory)) ?? [] where name != "current.json" {
      let path = layout.directory + "/" + name
      if !kept.contains(path) { _ = unsafe unlink(path) }
    }
  }
}
