public import ArgumentParser
public import MCPHost
import Wire

struct CallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Act as the host of a server: list its tools, or call one.",
    discussion: """
      The server's command follows `--`; it may itself be `czproxy run`:

        czproxy call --tool read_file --arguments '{"path":"notes.txt"}' -- \\
          czproxy run --server filesystem --policy policy.yaml -- SERVER

      Exits with 0 for a result, with 1 if the tool reports an error (a denial is one), with 2 if there is no result.
      """)

  @Flag(name: .customLong("list"), help: "List the tools (the default without --tool).")
  var list = false

  @Option(help: "The tool to call.")
  var tool: String?

  @Option(name: [.long, .customShort("a"), .customLong("args")], help: "Its arguments, a JSON object.")
  var arguments: String?

  @Option(help: "Which protocol era to speak: auto, legacy (initialize) or modern (server/discover).")
  var era = MCPEra.auto

  @OptionGroup var timeout: AnswerTimeout

  @Option(help: "text or json (the result as the server sent it).")
  var format = OutputFormat.text

  @Argument(parsing: .postTerminator, help: "The server's command.")
  var command: [String]

  func validate() throws {
    guard !command.isEmpty else { throw ValidationError("the server's command is missing: give it after `--`") }
    if list, tool != nil { throw ValidationError("give either --list or --tool") }
    guard let arguments else { return }
    guard tool != nil else { throw ValidationError("--arguments needs --tool NAME") }
    guard let document = try? JSONDocument(parsing: Array(arguments.utf8)[...], options: .document),
      document.kind(of: document.root) == .object
    else { throw ValidationError("--arguments must be a JSON object") }
  }

  func run() throws {
    let isError: Bool
    do throws(MCPFailure) {
      isError = try converse()
    } catch {
      Terminal.complain(failure: error, of: command)
      throw ExitCode(2)
    }
    if isError { throw ExitCode(1) }
  }

  private func converse() throws(MCPFailure) -> Bool {
    var client = MCPClient(for: "czproxy-call", of: command, timeout: timeout.milliseconds)
    client.speak(era)
    do throws(MCPFailure) {
      let isError = try talk(&client)
      client.close()
      return isError
    } catch {
      client.close()
      throw error
    }
  }

  /// Returns whether the tool reported an error.
  private func talk(_ client: inout MCPClient) throws(MCPFailure) -> Bool {
    guard let tool else {
      try listTools(&client)
      return false
    }
    // A message of the stdio transport is one line, so the arguments must not contain line breaks.
    let compact = (arguments ?? "{}").utf8.map { $0 == 0x0a || $0 == 0x0d ? 0x20 : $0 }
    let answer = try client.request("tools/call") { writer in
      writer.string("name", tool)
      writer.raw("arguments", compact)
    }
    let document = answer.document
    show(answer)
    return document.isTrue("isError", of: answer.result)
  }

  private func show(_ answer: MCPAnswer) {
    let document = answer.document
    guard format == .text else {
      Terminal.printJSON(document.raw(answer.result))
      return
    }
    let content = document.member("content", of: answer.result)
    for block in content.map({ Array(document.elements(of: $0)) }) ?? [] {
      if let text = document.string("text", of: block) {
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
          print(DisplayText.escaped(line, limit: 10_000))
        }
      } else {
        print("(\(document.raw(block).count) bytes of other content)")
      }
    }
  }

  private func listTools(_ client: inout MCPClient) throws(MCPFailure) {
    var isEmpty = true
    try client.listTools { answer in
      let document = answer.document
      if format == .json {
        Terminal.printJSON(document.raw(answer.result))
        return true
      }
      let tools = document.member("tools", of: answer.result)
      for tool in tools.map({ Array(document.elements(of: $0)) }) ?? [] {
        isEmpty = false
        let name = document.string("name", of: tool) ?? []
        let description = document.string("description", of: tool) ?? []
        let first = description.split(separator: UInt8(ascii: "\n")).first ?? []
        print("\(DisplayText.escaped(name, limit: 128))  \(DisplayText.escaped(first, limit: 100))")
      }
      return true
    }
    if isEmpty, format == .text { Terminal.complain("the server lists no tools") }
  }
}

extension MCPEra: ExpressibleByArgument {}
