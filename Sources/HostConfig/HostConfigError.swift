/// The reason why a host's config can't be used.
public struct HostConfigError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nil if the error concerns the whole file.
  public let place: TextPlace?
  public let message: String

  init(_ message: String, at place: TextPlace? = nil) {
    self.message = message
    self.place = place
  }

  /// `line:column: message`, or only the message.
  public var description: String { place.map { "\($0.line):\($0.column): \(message)" } ?? message }
}
