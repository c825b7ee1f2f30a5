import ArgumentParser
import MCPHost
import Relay
import Wire

/// `czproxy tools …`
struct ToolsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tools",
    abstract: "Accept a server's tools as they are, and see what it changes later.",
    discussion: """
      What a server says of its tools goes to the model, which follows it. A tools lock is a file with every tool of a \
      server, word for word, to be read by a person. With `czproxy run --tools-lock FILE`, tools that the server \
      describes otherwise later, and tools that are not in the file, are not listed and can't be called; instructions \
      that the file does not hold are not passed on.

        czproxy tools lock -- COMMAND > files.lock.json
        czproxy run --tools-lock files.lock.json … -- COMMAND
        czproxy tools diff files.lock.json -- COMMAND
      """,
    subcommands: [ToolsLockCommand.self, ToolsDiffCommand.self])
}

/// The server whose tools a command asks for.
struct ToolsServer: ParsableArguments {
  @Option(help: "Which protocol era to speak, as the host does: auto, legacy (initialize) or modern (server/discover).")
  var era = MCPEra.auto

  @OptionGroup var timeout: AnswerTimeout

  @Argument(parsing: .postTerminator, help: "The server's command.")
  var command: [String]

  func validate() throws {
    guard !command.isEmpty else { throw ValidationError("the server's command is missing: give it after `--`") }
  }

  /// What a lock of the server's tools holds; exits with 2 if the server does not list them.
  func lock() throws -> [UInt8] {
    var client = MCPClient(for: "czproxy-tools", of: command, timeout: timeout.milliseconds)
    client.speak(era)
    var tools: [(name: [UInt8], value: JSONDifference.Value)] = []
    var isList = true
    do throws(MCPFailure) {
      try client.listTools { answer in
        guard let list = answer.document.member("tools", of: answer.result), answer.document.kind(of: list) == .array
        else {
          isList = false
          return false
        }
        for tool in answer.document.elements(of: list) {
          let name = answer.document.string("name", of: tool)
          tools.append((name ?? [], (answer.document, tool)))
        }
        return true
      }
    } catch {
      client.close()
      Terminal.complain(failure: error, of: command)
      throw ExitCode(2)
    }
    let instructions = client.instructions
    client.close()
    guard isList else {
      Terminal.complain("the server's tools can't be locked: `tools` in its answer is not an array")
      throw ExitCode(2)
    }
    // Some servers list their tools in another order each time.
    tools.sort { $0.name.lexicographicallyPrecedes($1.name) }
    return ToolsLock.text(of: tools.map(\.value), instructions: instructions)
  }

  /// Parses what the server said; exits with 2 if no lock can hold it.
  static func parse(_ text: [UInt8]) throws -> ToolsLock {
    do throws(ToolsLock.Unusable) {
      return try ToolsLock(parsing: text)
    } catch {
      Terminal.complain("the server's tools can't be locked: \(error)")
      throw ExitCode(2)
    }
  }
}
