import Wire

/// Something in a policy that is allowed and probably not meant.
public struct PolicyWarning: Sendable, Equatable, CustomStringConvertible {
  /// Counted from 1.
  public let line: Int
  /// One line, whatever stands in the file: what would steer a terminal is escaped.
  public let message: String

  init(line: Int, message: String) {
    self.line = line
    self.message = DisplayText.escaped(message.utf8, limit: 1000)
  }

  public var description: String { "\(line): warning: \(message)" }
}
