/// The keys whose signatures count for a project, and those that no longer do. Nothing secret.
public struct Signers: Sendable, Equatable {
  /// A key and the time that it is in force: from ``notBefore`` on, and before ``notAfter``; UNIX seconds.
  public struct Entry: Sendable, Equatable {
    public let key: SigningKey
    public let notBefore: Int64?
    public let notAfter: Int64?

    public init(key: SigningKey, notBefore: Int64? = nil, notAfter: Int64? = nil) {
      self.key = key
      self.notBefore = notBefore
      self.notAfter = notAfter
    }
  }

  /// The status of a key at a moment.
  public enum Standing: Sendable, Equatable {
    case trusted
    case revoked
    /// Not in force until this moment.
    case early(Int64)
    /// Out of force since this moment.
    case late(Int64)
    case unknown
  }

  /// The key in the service's own answer.
  public let primary: SigningKey
  public let entries: [Entry]
  public let revoked: [SigningKey]

  /// The most that a keys file may hold: each key may have to be tried on a bundle.
  public static let maxEntries = 16
  public static let maxRevoked = 64

  public init(primary: SigningKey, entries: [Entry] = [], revoked: [SigningKey] = []) {
    self.primary = primary
    self.entries = entries.contains { $0.key == primary } ? entries : [Entry(key: primary)] + entries
    self.revoked = revoked
  }

  /// Every key that is named, each once, revoked ones last.
  var all: [SigningKey] {
    let inForce = entries.map(\.key).filter { !revoked.contains($0) }
    return inForce + revoked
  }

  /// The status of a key by the clock of this machine, never by what the bundle says of its own age: whoever has got
  /// hold of a retired key can write any date into a bundle.
  ///
  /// - Parameter now: UNIX seconds.
  public func standing(of key: SigningKey, at now: Int64) -> Standing {
    if revoked.contains(key) { return .revoked }
    guard let entry = entries.first(where: { $0.key == key }) else { return .unknown }
    if let start = entry.notBefore, now < start { return .early(start) }
    if let end = entry.notAfter, now >= end { return .late(end) }
    return .trusted
  }
}
