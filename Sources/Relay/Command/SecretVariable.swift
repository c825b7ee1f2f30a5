internal import Wire

/// An environment variable of the server whose value the service keeps: `NAME=czsec://SECRET`.
public struct SecretVariable: Sendable, Equatable {
  public let variable: String
  /// The secret's name at the service.
  public let secret: String

  private static let scheme = "czsec://"

  /// Nil if the name is not a variable's, or the reference not to a secret.
  init?(_ variable: String, _ reference: String) {
    guard reference.hasPrefix(Self.scheme) else { return nil }
    let name = String(reference.dropFirst(Self.scheme.count))
    let isVariable = variable.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
    let isSecret = name.utf8.allSatisfy { $0.isLetter || $0.isDigit || "._-/".utf8.contains($0) }
    guard isVariable, !variable.isEmpty, isSecret, !name.isEmpty, name.utf8.count <= 256 else { return nil }
    self.variable = variable
    secret = name
  }
}
