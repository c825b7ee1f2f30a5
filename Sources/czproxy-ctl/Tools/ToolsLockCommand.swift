import ArgumentParser
import Relay

/// `czproxy tools lock`
struct ToolsLockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Ask a server for its tools and print a tools lock.",
    discussion: """
      The server is asked directly, without a policy. Read what it says of its tools before you use the lock: whatever \
      is in it goes to the model. Each tool is on a line of its own, so that version control shows which ones change.

        czproxy tools lock -- COMMAND > files.lock.json

      Exits with 0 if there is a lock, with 2 if the server does not list its tools or no lock can hold them.
      """)

  @OptionGroup var server: ToolsServer

  func run() throws {
    let text = try server.lock()
    _ = try ToolsServer.parse(text)
    for line in text.split(separator: UInt8(ascii: "\n")) { Terminal.printJSON(line) }
  }
}
