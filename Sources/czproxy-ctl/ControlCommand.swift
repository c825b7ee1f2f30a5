import ArgumentParser
import Relay

/// `czproxy COMMAND`: everything that a person or a timer runs.
@main
struct ControlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "czproxy",
    abstract: "A governance proxy for MCP servers: every tool call judged, forwarded untouched or denied, recorded.",
    discussion: """
      Put it in front of a server in the MCP config of a host:
        czproxy run --server filesystem --policy policy.yaml -- COMMAND [ARG...]
      `czproxy run --help` tells how; the commands below are for people.

      Each command tells its exit statuses. Those of all: 64 for wrong usage, 74 where the output can't be written.
      """,
    version: "czproxy \(Version.number)",
    subcommands: [
      PolicyCommand.self,
      BundleCommand.self,
      AuditCommand.self,
      DataLossCommand.self,
      SyncCommand.self, SecretCommand.self,
      StatusCommand.self, DoctorCommand.self,
      WrapCommand.self, UnwrapCommand.self,
      CallCommand.self,
      VersionCommand.self,
    ]
  )

  /// As in ArgumentParser, except for output that can't be written: an empty file must not look like a clean scan.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
      try Terminal.flush()
    } catch {
      exit(withError: tell(error))
    }
  }

  /// Reports the error on standard error, or prints the help that was asked for; returns the exit status.
  private static func tell(_ error: any Error) -> ExitCode {
    let text = fullMessage(for: error)
    let status = exitCode(for: error)
    guard !text.isEmpty else { return status }
    guard status.isSuccess else {
      Terminal.complainOfUsage(text)
      return status
    }
    print(text)
    do {
      try Terminal.flush()
      return status
    } catch {
      return exitCode(for: error)
    }
  }
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

  func run() {
    print("czproxy \(Version.number)")
    print("decides as Control Zero SDK \(Version.semanticLevel)")
  }
}
