import ArgumentParser
import Policy
import Relay
import Wire

/// `czproxy policy validate`
struct PolicyValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check a policy for errors, and for what is probably a mistake.",
    discussion:
      "Exits with 0 for a policy that can be used, even with warnings, with 1 for any other or none, with 2 if the "
      + "server does not list its tools.")

  @Argument(help: "A local policy: .yaml, .yml or .json (default: policy.yaml, .yml or .json in the state directory).")
  var file: String?

  @OptionGroup var state: StateOptions

  @Flag(help: "The file is the payload of a bundle.")
  var payload = false

  @Option(help: "The name of the server that the policy is for.")
  var server: String?

  @Option(help: "The server's tools: the answer to `tools/list`, or a list of names, as JSON.")
  var tools: String?

  @Option(help: "A shell command that starts the server, to ask it for its tools.")
  var serverCommand: String?

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func validate() throws {
    if payload, file == nil { throw ValidationError("--payload needs a file") }
    if tools != nil || serverCommand != nil, server == nil {
      throw ValidationError("--tools and --server-command need --server NAME")
    }
    if let server, ServerName(server) == nil {
      throw ValidationError("--server takes \(ServerName.requirement), not `\(server)`")
    }
  }

  func run() throws {
    let file = try state.policyFile(file)
    let policy: Policy
    do {
      policy = try PolicySource.load(file, isPayload: payload).policy
    } catch {
      report(error, in: file)
      throw ExitCode(1)
    }
    let warnings = policy.review(server: server.map { Array($0.utf8) }, tools: try knownTools())
    switch format {
    case .text:
      print("OK: \(file) parsed cleanly (\(policy.ruleCount) rules)")
      for rule in policy.summaries {
        let actions = rule.actions.map { "'\(DisplayText.escaped($0.utf8))'" }.joined(separator: ", ")
        let effect = rule.effect.rawValue.padded(to: 5)
        print("  - \(effect) [\(actions)] (\(DisplayText.escaped(rule.policyID.utf8)))")
      }
      for warning in warnings { print("\(file):\(warning)") }
    case .json:
      Terminal.printJSON { writer in
        writer.boolean("valid", true)
        writer.integer("rules", policy.ruleCount)
        writer.beginArray("warnings")
        for warning in warnings { write((file, warning.line, warning.column), code: nil, warning.message, to: &writer) }
        writer.endArray()
      }
    }
  }

  private func report(_ error: PolicyError, in file: String) {
    switch format {
    case .text:
      Terminal.printError("INVALID: \(file)")
      for line in error.lines { Terminal.printError("  - \(line)") }
    case .json:
      Terminal.printJSON { writer in
        writer.boolean("valid", false)
        writer.beginArray("errors")
        for diagnostic in error.diagnostics {
          let place = (file, diagnostic.line, diagnostic.column)
          write(place, code: diagnostic.code.rawValue, diagnostic.message, to: &writer)
        }
        writer.endArray()
      }
    }
  }

  private func write(
    _ place: (file: String, line: Int?, column: Int?), code: String?, _ message: String, to writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.string("file", place.file)
    if let line = place.line { writer.integer("line", line) } else { writer.null("line") }
    if let column = place.column { writer.integer("column", column) }
    if let code { writer.string("code", code) }
    writer.string("message", message)
    writer.endObject()
  }

  private func knownTools() throws -> [KnownTool]? {
    do {
      if let tools { return try ToolList.read(try InputFile.read(tools, orExit: 2)) }
      return try serverCommand.map(ToolList.ask)
    } catch let error as ExitCode {
      throw error
    } catch {
      Terminal.complain("\(tools ?? serverCommand ?? ""): \(error)")
      throw ExitCode(2)
    }
  }
}
