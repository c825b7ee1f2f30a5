import ArgumentParser
import MCPHost
import Relay
import Wire

/// `czproxy policy draft`
struct PolicyDraftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draft",
    abstract: "Ask a server for its tools and print a policy to start from.",
    discussion: """
      Tools that the server calls read-only are allowed. All others are denied by name: move those that the agent may \
      use to the allowed ones by hand.

        czproxy policy draft --server filesystem -- COMMAND > policy.yaml

      Exits with 0 if there is a policy, with 2 if the server does not list its tools.
      """)

  @Option(help: "The name of the server in rules (default: made from its command).")
  var server: String?

  @OptionGroup var timeout: AnswerTimeout

  @Argument(parsing: .postTerminator, help: "The server's command.")
  var command: [String]

  func validate() throws {
    guard !command.isEmpty else { throw ValidationError("the server's command is missing: give it after `--`") }
    if let server, ServerName(server) == nil {
      throw ValidationError("--server takes \(ServerName.requirement), not `\(server)`")
    }
  }

  func run() throws {
    var draft = PolicyDraft(server: server ?? ServerName(derivedFrom: command).description)
    var client = MCPClient(for: "czproxy-draft", of: command, timeout: timeout.milliseconds)
    do throws(MCPFailure) {
      try client.listTools { answer in
        answer.document.member("tools", of: answer.result).map { draft.add($0, in: answer.document) } ?? true
      }
    } catch {
      client.close()
      Terminal.complain(failure: error, of: command)
      throw ExitCode(2)
    }
    client.close()
    print(draft.text, terminator: "")
  }
}
