internal import Digest
internal import Wire

/// What `current.json` says of a cache: which keys and which bundle belong together, and how old they are.
///
/// Nothing here is proof: whoever reads the bundle verifies it with the keys.
public struct CachedPolicy: Sendable, Equatable {
  /// Why a starting process must not use the cached bundle (Control Zero 1.13.16: a rejected key and a bundle that does
  /// not verify never fall back to the cache). A running process keeps the policy that it has.
  public struct Fault: Sendable, Equatable {
    /// `E1101` for a rejected key, `E1203` for a bundle that does not verify; or why the keys that the bundle might
    /// verify with could not be fetched.
    public let code: String
    public let message: String

    public init(code: String, message: String) {
      self.code = code
      self.message = message
    }
  }

  /// SHA-256 of each file, 64 lower-case hexadecimal digits.
  public var keysDigest: String?
  public var bundleDigest: String?
  /// UNIX seconds: when the service sent the bundle; when the service last sent or confirmed it; the bundle's own time.
  public var pulledAt: Int64?
  public var confirmedAt: Int64?
  public var createdAt: Int64?
  public var fault: Fault?

  public init() {}

  /// Reads `current.json`; nil if it is missing or can't be understood, which means that the cache is empty.
  public init?(_ layout: CacheLayout) throws(StateError) {
    guard let bytes = try StateFile.read(layout.current, limit: CacheLayout.maxSmallFileBytes),
      let document = try? JSONDocument(parsing: bytes[...], options: .document)
    else { return nil }
    keysDigest = document.text("keys").flatMap(Self.digest)
    bundleDigest = document.text("bundle").flatMap(Self.digest)
    pulledAt = document.time("pulled_at")
    confirmedAt = document.time("confirmed_at")
    createdAt = document.time("created_at")
    if let node = document.object("fault") {
      fault = Fault(code: document.shown("code", of: node) ?? "", message: document.shown("message", of: node) ?? "")
    }
  }

  /// A digest becomes part of a path, so nothing else gets through.
  private static func digest(_ text: String) -> String? {
    text.utf8.count == 64 && text.utf8.allSatisfy(\.isLowerHexDigit) ? text : nil
  }

  package var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if let keysDigest { writer.string("keys", keysDigest) }
    if let bundleDigest { writer.string("bundle", bundleDigest) }
    if let pulledAt { writer.integer("pulled_at", pulledAt) }
    if let confirmedAt { writer.integer("confirmed_at", confirmedAt) }
    if let createdAt { writer.integer("created_at", createdAt) }
    if let fault {
      writer.beginObject("fault")
      writer.string("code", fault.code)
      writer.string("message", fault.message)
      writer.endObject()
    }
    writer.endObject()
    return writer.bytes
  }

  /// The keys and the bundle as they are now; nil for what the cache does not hold.
  ///
  /// A missing file was replaced after `current.json` was read, so both files are looked up again.
  public static func load(
    _ layout: CacheLayout
  ) throws(StateError) -> (policy: CachedPolicy, keys: SharedSecret?, bundle: [UInt8]?)? {
    var attempts = 3
    while true {
      guard let policy = try CachedPolicy(layout) else { return nil }
      let keys = try policy.keysDigest.map { (digest) throws(StateError) in
        try secret(layout.keys(digest))
      }
      let bundle = try policy.bundleDigest.map { (digest) throws(StateError) in
        try StateFile.read(layout.bundle(digest), limit: CacheLayout.maxBundleBytes)
      }
      attempts -= 1
      let isComplete = keys.map { $0 != nil } ?? true && bundle != .some(nil)
      if isComplete || attempts == 0 { return (policy, keys ?? nil, bundle ?? nil) }
    }
  }

  private static func secret(_ path: String) throws(StateError) -> SharedSecret? {
    guard var bytes = try StateFile.read(path, limit: CacheLayout.maxSmallFileBytes) else { return nil }
    defer { SecretBytes.wipe(&bytes) }
    return try SharedSecret(copying: bytes, of: "the project's keys")
  }
}
