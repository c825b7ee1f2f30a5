import Python
import Wire

/// Something in a policy that is permitted but probably not meant.
public struct PolicyWarning: Sendable, Equatable, CustomStringConvertible {
  /// Counted from 1.
  public let line: Int
  /// Counted from 1, like that of an error.
  public let column: Int
  /// One line, whatever the file holds: anything that would control a terminal is escaped.
  public let message: String

  init(line: Int, column: Int, message: String) {
    self.line = line
    self.column = column
    self.message = DisplayText.escaped(message.utf8, limit: 1000)
  }

  public var description: String { "\(line):\(column): warning: \(message)" }
}

extension PolicyWarning {
  init(at value: PolicyValue, _ message: String) { self.init(line: value.line, column: value.column, message: message) }

  /// A warning about a rule, at its beginning.
  init(at rule: Rule, _ message: String) { self.init(line: rule.line, column: rule.column, message: message) }

  static func repeatedKey(_ key: PolicyValue) -> PolicyWarning {
    PolicyWarning(at: key, "`\(PythonText.string(key))` stands here twice; the last one counts")
  }
}
