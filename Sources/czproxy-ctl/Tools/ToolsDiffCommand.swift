import ArgumentParser
import Relay
import Wire

/// `czproxy tools diff`
struct ToolsDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what a server says of its tools that its tools lock does not.",
    discussion: """
        czproxy tools diff files.lock.json -- COMMAND

      To accept the changes, make a new lock with `czproxy tools lock`, and restart the server.

      Exits with 0 if nothing is different, with 3 if something is, with 1 if the lock can't be used, with 2 if the \
      server does not list its tools.
      """)

  @Argument(help: "The tools lock.")
  var file: String

  @OptionGroup var server: ToolsServer

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let locked: ToolsLock
    do throws(ToolsLockFile.Failure) {
      locked = try ToolsLockFile(file).lock
    } catch {
      Terminal.complain("\(error)")
      throw ExitCode(1)
    }
    let changes = locked.changes(to: try ToolsServer.parse(try server.lock()))
    switch format {
    case .text: printText(changes)
    case .json: printJSON(changes)
    }
    if !changes.isEmpty { throw ExitCode(3) }
  }

  private func printText(_ changes: [ToolsLock.Change]) {
    guard !changes.isEmpty else { return print("no difference") }
    for change in changes {
      let name = change.tool.map { DisplayText.escaped($0) } ?? "the server's instructions"
      switch change.kind {
      case .added: print(Terminal.colored("+ \(name)", .green))
      case .removed: print(Terminal.colored("- \(name)", .red))
      case .changed: print(Terminal.colored("~ \(name)", .yellow))
      }
      for detail in change.details {
        if !detail.place.isEmpty { print("  \(detail.place)") }
        // Whole: what is cut off would be what nobody has read.
        if let old = detail.old { print("    - \(DisplayText.json(old))") }
        if let new = detail.new { print("    + \(DisplayText.json(new))") }
      }
    }
  }

  private func printJSON(_ changes: [ToolsLock.Change]) {
    Terminal.printJSON { writer in
      writer.beginArray("changes")
      for change in changes { write(change, to: &writer) }
      writer.endArray()
    }
  }

  private func write(_ change: ToolsLock.Change, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.string("change", change.kind.rawValue)
    if let tool = change.tool { writer.string("tool", bytes: tool) } else { writer.null("tool") }
    writer.beginArray("details")
    for detail in change.details {
      writer.beginObject()
      writer.string("place", detail.place)
      if let old = detail.old { writer.raw("old", old) } else { writer.null("old") }
      if let new = detail.new { writer.raw("new", new) } else { writer.null("new") }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
