import ArgumentParser
import Policy
import Relay
import Wire

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Check policies, and ask them.",
    subcommands: [PolicyValidateCommand.self, PolicyTestCommand.self])
}

struct PolicyValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check a policy file.",
    discussion: "Exits with 0 when the policy can be used, with 1 when it can't; every error names its line.")

  @Argument(help: "A .yaml, .yml or .json policy.")
  var file: String

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    do throws(PolicySource.Failure) {
      let policy = try PolicySource.load(file).policy
      switch format {
      case .text:
        print("OK: \(file) parsed cleanly (\(policy.ruleCount) rules)")
        for rule in policy.ruleSummaries { print("  - \(rule)") }
        for warning in policy.warnings { print("\(file):\(warning)") }
      case .json:
        Terminal.printJSON { writer in
          writer.key("valid")
          writer.boolean(true)
          writer.key("rules")
          writer.integer(policy.ruleCount)
          PolicyValidateCommand.write("warnings", policy.warnings.map { "\(file):\($0)" }, to: &writer)
        }
      }
    } catch {
      switch format {
      case .text:
        print("INVALID: \(file)")
        for line in error.lines { print("  \(line)") }
      case .json:
        Terminal.printJSON { writer in
          writer.key("valid")
          writer.boolean(false)
          PolicyValidateCommand.write("errors", error.lines, to: &writer)
        }
      }
      throw ExitCode(1)
    }
  }

  private static func write(_ key: StaticString, _ lines: [String], to writer: inout JSONWriter) {
    writer.key(key)
    writer.beginArray()
    for line in lines { writer.string(line) }
    writer.endArray()
  }
}

struct PolicyTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Ask a policy about one call.",
    discussion: """
      Exits with 0 for allow, with 3 for deny and for warn, with 2 for bad arguments, with 1 for a bad policy.

        czproxy policy test filesystem --method write_file --policy policy.yaml --arguments '{"path":"/tmp/x"}'
      """)

  @Argument(help: "The server, as the policy names it.")
  var tool: String

  @Option(name: [.customShort("m"), .long], help: "The server's tool.")
  var method = "*"

  @Option(name: [.customShort("p"), .long], help: "The policy file.")
  var policy: String

  @Option(name: [.customShort("a"), .long], help: "The call's arguments, a JSON object.")
  var arguments: String?

  @Option(help: "What `clients:` selects by.")
  var agent: String?

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let loaded: PolicySource.Loaded
    do throws(PolicySource.Failure) {
      loaded = try PolicySource.load(policy)
    } catch {
      for line in error.lines { Terminal.complain(line) }
      throw ExitCode(1)
    }
    let parsed = try arguments.map(parse)
    var context = Context()
    context.clientName = agent
    let call = Call(
      server: Array(tool.utf8), tool: Array(method.utf8), arguments: parsed, context: context)
    let decision = loaded.policy.decide(call)
    report(decision)
    if decision.effect == .deny || decision.effect == .warn { throw ExitCode(3) }
  }

  private func parse(_ arguments: String) throws -> (JSONDocument, JSONDocument.Node) {
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: Array(arguments.utf8)[...], options: .document)
    } catch {
      Terminal.complain("--arguments is not JSON: \(error)")
      throw ExitCode(2)
    }
    guard document.kind(of: document.root) == .object else {
      Terminal.complain("--arguments must be a JSON object")
      throw ExitCode(2)
    }
    return (document, document.root)
  }

  private func report(_ decision: Decision) {
    switch format {
    case .text:
      print("tool:      \(tool)")
      print("method:    \(method)")
      print("args:      \(arguments ?? "{}")")
      print("subject:   \(tool):\(method)")
      print("DECISION:  \(decision.effect.rawValue.uppercased())")
      print("matched:   \(decision.policyID) (\(decision.reasonCode), rule \(decision.evaluatedRules))")
      print("reason:    \(decision.reason)")
    case .json:
      Terminal.printJSON { writer in
        writer.key("effect")
        writer.string(decision.effect.rawValue)
        writer.key("policy_id")
        writer.string(decision.policyID)
        writer.key("reason_code")
        writer.string(decision.reasonCode)
        writer.key("reason")
        writer.string(decision.reason)
        writer.key("evaluated_rules")
        writer.integer(decision.evaluatedRules)
        writer.key("gate_matched")
        writer.string(decision.gateMatched.rawValue)
        writer.key("subject")
        writer.string("\(tool):\(method)")
      }
    }
  }
}
