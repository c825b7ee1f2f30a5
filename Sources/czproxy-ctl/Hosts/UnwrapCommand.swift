import ArgumentParser
import HostConfig

/// `czproxy unwrap`
struct UnwrapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unwrap",
    abstract: "Remove czproxy from the servers in a host's config.",
    discussion: """
      Puts back each server's own command, byte for byte as `czproxy wrap` found it. Everything else stays as it is.

      Exits with 0 if none of the servers is wrapped any more, with 1 if the file can't be used, with 74 if it can't be \
      written.
      """)

  @Argument(help: "The config file of an MCP host.")
  var file: String

  @Argument(help: "The servers to unwrap (default: all).")
  var servers: [String] = []

  @Flag(help: "Change nothing: print the file as it would be.")
  var dryRun = false

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    var change = try HostConfigChange(of: file)
    for server in try change.servers(named: servers) {
      change.add(Self.outcome(of: server), of: server, change.config.unwrap(server))
    }
    try change.finish(
      isDryRun: dryRun, format: format,
      hint: "Restart the host, or reload its servers: nothing governs these any more.")
  }

  private static func outcome(of server: ServerEntry) -> HostConfigChange.Outcome {
    switch server.launch {
    case .wrapped: .unwrapped
    case .unusable(let reason): .left(reason)
    case .command, .remote, .builtIn: .left("czproxy does not stand in front of it")
    }
  }
}
