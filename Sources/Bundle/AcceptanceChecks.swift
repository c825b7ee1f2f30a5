/// What is asked of an opened bundle beyond the SDK (1.13.16), which asks nothing more. Each can be switched off.
public struct AcceptanceChecks: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The signer is neither revoked nor out of force.
  public static let signer = AcceptanceChecks(rawValue: 1 << 0)
  /// The bundle names no project but that of the keys.
  public static let project = AcceptanceChecks(rawValue: 1 << 1)
  /// Its `expires_at` has not come.
  public static let expiry = AcceptanceChecks(rawValue: 1 << 2)
  /// No newer one was accepted before.
  public static let rollback = AcceptanceChecks(rawValue: 1 << 3)

  public static let strict: AcceptanceChecks = [.signer, .project, .expiry, .rollback]

  /// In the order they are made in, with their names for people.
  public static let all: [(check: AcceptanceChecks, name: String)] = [
    (.signer, "signer"), (.project, "project"), (.expiry, "expiry"), (.rollback, "rollback"),
  ]
}
