/// Why the config of an MCP host can't be used.
public struct HostConfigError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nil where the whole file is meant.
  public let place: TextPlace?
  public let message: String

  init(_ message: String, at place: TextPlace? = nil) {
    self.message = message
    self.place = place
  }

  /// `line:column: message`, or the message alone.
  public var description: String { place.map { "\($0.line):\($0.column): \(message)" } ?? message }
}
