import ArgumentParser
import Wire

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
    // A person reads it: characters that an editor does not show stand there as escapes, which mean the same.
    let lines = try server.lock().split(separator: UInt8(ascii: "\n")).map { DisplayText.json($0) }
    let text = lines.joined(separator: "\n")
    _ = try ToolsServer.parse(Array(text.utf8))
    print(text)
  }
}
