import ArgumentParser
import MCPHost
import Relay
import Wire

/// `czproxy policy draft`
struct PolicyDraftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draft",
    abstract: "Ask a server for its tools, and print a policy to start from.",
    discussion: """
      What the server says only reads is allowed, everything else is denied by name, to be moved down by hand:

        czproxy policy draft --server filesystem -- npx -y @modelcontextprotocol/server-filesystem . > policy.yaml

      Exits with 0 when there is a policy, with 2 where the server's tools can't be learnt.
      """)

  @Option(help: "What rules call the server (default: made from its command).")
  var server: String?

  @OptionGroup var timeout: AnswerTimeout

  @Argument(parsing: .postTerminator, help: "The server's command.")
  var command: [String]

  func validate() throws {
    guard !command.isEmpty else { throw ValidationError("the server's command is missing: it stands behind `--`") }
    if let server, ServerName(server) == nil {
      throw ValidationError("--server takes \(ServerName.requirement), not `\(server)`")
    }
  }

  func run() throws {
    var draft = PolicyDraft(server: server ?? ServerName(derivedFrom: command).description)
    var client = MCPClient(
      command: command, timeout: timeout.milliseconds, name: "czproxy-draft", version: Version.number)
    do throws(MCPFailure) {
      try client.listTools { answer in
        answer.document.member("tools", of: answer.result).map { draft.add($0, in: answer.document) } ?? true
      }
    } catch {
      client.close()
      Terminal.complain("\(error)")
      throw ExitCode(2)
    }
    client.close()
    print(draft.text, terminator: "")
  }
}
