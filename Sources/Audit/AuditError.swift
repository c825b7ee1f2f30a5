internal import Platform

/// Why a record can't be written or a segment can't be read.
public struct AuditError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    case createDirectory = "can't create the directory"
    case create = "can't create the segment"
    case write = "can't write to the segment"
    case read = "can't read"
    case encoding = "a record is not JSON"
    /// A failed write could not be undone: nothing more may be appended, or the chain would break.
    case closed = "the segment is closed after a failed write"
  }

  public let code: Code
  public let path: String
  /// The system's description of the error, and what can be done.
  public let detail: String

  public init(_ code: Code, path: String, detail: String = "") {
    self.code = code
    self.path = path
    self.detail = detail
  }

  init(_ code: Code, path: String, _ error: SystemError) {
    self.init(code, path: path, detail: error.reason + error.advice)
  }

  public var description: String {
    "\(code.rawValue) `\(path)`" + (detail.isEmpty ? "" : ": \(detail)")
  }
}
