/// Why something that a server sent does not reach the host.
public struct Withholding: Equatable, Sendable {
  public enum Code: String, Sendable {
    case dataLoss = "DLP_BLOCKED"
    case size = "RESULT_TOO_LARGE"
    case contentType = "CONTENT_TYPE_DENIED"
    case lookAlike = "AMBIGUOUS_KEY"
  }

  public let code: Code
  public let reason: String

  public init(code: Code, reason: String) {
    self.code = code
    self.reason = reason
  }
}
