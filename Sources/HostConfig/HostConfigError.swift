/// Why the config of an MCP host can't be used.
public struct HostConfigError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Counted from 1; nil where the whole file is meant.
  public let line: Int?
  /// Counted from 1, in bytes.
  public let column: Int?
  public let message: String

  init(_ message: String, at place: TextPlace? = nil) {
    self.message = message
    line = place?.line
    column = place?.column
  }

  public var description: String {
    guard let line, let column else { return message }
    return "\(line):\(column): \(message)"
  }
}
