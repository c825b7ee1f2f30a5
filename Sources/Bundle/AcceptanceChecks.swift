/// Checks on an opened bundle that the SDK (1.13.16) does not make. Each can be switched off.
public struct AcceptanceChecks: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The signer is neither revoked nor out of force.
  public static let signer = AcceptanceChecks(rawValue: 1 << 0)
  /// The bundle names no project other than that of the keys.
  public static let project = AcceptanceChecks(rawValue: 1 << 1)
  /// The bundle's `expires_at` has not been reached.
  public static let expiry = AcceptanceChecks(rawValue: 1 << 2)
  /// No newer bundle was accepted before.
  public static let rollback = AcceptanceChecks(rawValue: 1 << 3)

  public static let strict: AcceptanceChecks = [.signer, .project, .expiry, .rollback]

  /// All checks in the order in which they are made, with their names for people.
  public static let all: [(check: AcceptanceChecks, name: String)] = [
    (.signer, "signer"), (.project, "project"), (.expiry, "expiry"), (.rollback, "rollback"),
  ]
}
