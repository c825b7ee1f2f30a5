import HostConfig
import Wire

/// One thing that `czproxy doctor` looked at.
struct DoctorFinding {
  enum Severity: String {
    case ok, note, warning, error

    /// Whether something is to be done.
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
  var server: ServerEntry?
  /// What a person can do about it: a command, or a sentence.
  var fix: String?

  /// What others wrote into a config stays on its line.
  var text: String {
    func shown(_ text: String) -> String { DisplayText.escaped(text.utf8, limit: 4096) }
    var line = file.map { "\(shown($0)):" } ?? ""
    if let place = server?.place { line += "\(place.line):\(place.column):" }
    if !line.isEmpty { line += " " }
    line += Terminal.colored(severity.rawValue, severity.color) + ": "
    if let server { line += DisplayText.escaped(server.name.utf8) + ": " }
    line += shown(message)
    return fix.map { "\(line)\n    fix: \(shown($0))" } ?? line
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("severity")
    writer.string(severity.rawValue)
    if let file {
      writer.key("file")
      writer.string(file)
    }
    if let server {
      writer.key("line")
      writer.integer(server.place.line)
      writer.key("column")
      writer.integer(server.place.column)
      writer.key("server")
      writer.string(server.name)
    }
    writer.key("message")
    writer.string(message)
    if let fix {
      writer.key("fix")
      writer.string(fix)
    }
    writer.endObject()
  }
}
