import ArgumentParser
import HostConfig

/// `czproxy unwrap`
struct UnwrapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unwrap",
    abstract: "Take czproxy away from the servers in a host's config.",
    discussion: """
      Each server's own command is put back, byte for byte as `czproxy wrap` found it; everything else stays.

      Exits with 0 when nothing is wrapped any more, with 1 for a file that can't be used, with 74 where it can't be \
      written.
      """)

  @Argument(help: "The config file of an MCP host.")
  var file: String

  @Argument(help: "The servers to unwrap (default: all).")
  var servers: [String] = []

  @Flag(help: "Write nothing: print the file as it would be.")
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
