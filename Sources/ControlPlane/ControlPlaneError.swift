/// Why a request to a service failed.
public struct ControlPlaneError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The service does not know the key, or does not permit it to do this (401, 403).
    case keyRejected = "E1101"
    /// A bundle does not verify, or is older than the one that is in force.
    case bundleRefused = "E1203"
    /// The answer can't be used.
    case unusable = "E1205"
    /// The address must not be contacted.
    case badAddress = "address"
    case unreachable = "E1401"
    case serverFailure = "E1402"
    case rateLimited = "E1403"
    case untrusted = "E1404"
    /// A secret needs a person's approval; there is no such secret.
    case approvalRequired = "E1710"
    case noSuchSecret = "E1711"
    /// This process was asked to end.
    case stopped = "stopped"
  }

  public let code: Code
  /// What is wrong and what can be done; bounded, without control characters, without keys.
  public let message: String
  /// The status of the answer; nil if there was none.
  public let status: Int?
  /// How long the service asks the client to wait.
  public let retryAfter: Duration?

  public init(_ code: Code, _ message: String, status: Int? = nil, retryAfter: Duration? = nil) {
    self.code = code
    self.message = message
    self.status = status
    self.retryAfter = retryAfter
  }

  public var description: String { "\(message) [\(code.rawValue)]" }
}
