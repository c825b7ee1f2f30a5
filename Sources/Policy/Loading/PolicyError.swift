import Wire

/// Why a policy can't be used: everything that is wrong with it, not just the first thing.
public struct PolicyError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The codes of Control Zero's error catalog.
  public enum Code: String, Sendable {
    /// The content is not a valid policy.
    case validation = "E1201"
    /// The file can't be read or is not YAML or JSON.
    case load = "E1202"
  }

  public struct Diagnostic: Equatable, Sendable, CustomStringConvertible {
    public let code: Code
    /// Counted from 1; nil for the whole file.
    public let line: Int?
    /// Counted from 1, in bytes.
    public let column: Int?
    /// One line, whatever the file holds: anything that would control a terminal is escaped.
    public let message: String

    public init(code: Code, line: Int? = nil, column: Int? = nil, message: String) {
      self.code = code
      self.line = line
      self.column = column
      self.message = DisplayText.escaped(message.utf8, limit: 1000)
    }

    public var description: String {
      let place = line.map { line in column.map { "\(line):\($0): " } ?? "\(line): " } ?? ""
      return "\(place)\(code.rawValue): \(message)"
    }
  }

  /// The file's name as it was given, for messages.
  public let fileName: String

  /// At least one, in the order of the file.
  public let diagnostics: [Diagnostic]

  public init(fileName: String, diagnostics: [Diagnostic]) {
    self.fileName = fileName
    self.diagnostics = diagnostics
  }

  init(_ code: Code, _ message: String, fileName: String, line: Int? = nil, column: Int? = nil) {
    self.init(
      fileName: fileName,
      diagnostics: [Diagnostic(code: code, line: line, column: column, message: message)])
  }

  /// One line for each diagnostic, `file:line:column: code: message`, or `file: code: message` for the whole file.
  public var lines: [String] { diagnostics.map { "\(fileName):\($0.line == nil ? " " : "")\($0)" } }

  public var description: String { lines.joined(separator: "; ") }
}
