/// Why what a server sent does not reach the host.
struct Withholding: Equatable, Sendable {
  enum Code: String, Sendable {
    case dataLoss = "DLP_BLOCKED"
    case size = "RESULT_TOO_LARGE"
    case contentType = "CONTENT_TYPE_DENIED"
  }

  let code: Code
  let reason: String
}
