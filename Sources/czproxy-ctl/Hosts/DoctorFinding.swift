import HostConfig
import Wire

/// One finding of `czproxy doctor`.
struct DoctorFinding {
  enum Severity: String {
    case ok, note, warning, error

    /// Whether the finding requires action.
    var isTrouble: Bool { self == .warning || self == .error }

    var color: Terminal.Color {
      switch self {
      case .ok: .green
      case .note: .dim
      case .warning: .yellow
      case .error: .red
      }
    }
  }

  let severity: Severity
  let message: String
  var file: String?
  var place: TextPlace?
  /// The name of the server in the config.
  var server: String?
  /// What to do about the finding: a command, or a sentence.
  var fix: String?

  /// The finding for people. Text from configs is escaped, so that it stays on its line.
  var text: String {
    func shown(_ text: String) -> String { DisplayText.escaped(text.utf8, limit: 4096) }
    var line = file.map { "\(shown($0)):" } ?? ""
    if let place { line += "\(place.line):\(place.column):" }
    if !line.isEmpty { line += " " }
    line += Terminal.colored(severity.rawValue, severity.color) + ": "
    if let server { line += DisplayText.escaped(server.utf8) + ": " }
    line += shown(message)
    return fix.map { "\(line)\n    fix: \(shown($0))" } ?? line
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.string("severity", severity.rawValue)
    if let file { writer.string("file", file) }
    if let place {
      writer.integer("line", place.line)
      writer.integer("column", place.column)
    }
    if let server { writer.string("server", server) }
    writer.string("message", message)
    if let fix { writer.string("fix", fix) }
    writer.endObject()
  }
}
