import ArgumentParser
import Relay

/// `czproxy COMMAND`: every command except `run`.
@main
struct ControlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "czproxy",
    abstract: "A governance proxy for MCP servers: judges every tool call, records it, and forwards or denies it.",
    discussion: """
      Put it in front of a server in the MCP config of a host:
        czproxy run --server filesystem --policy policy.yaml -- COMMAND [ARG...]

      The help of each command lists its exit statuses. Every command exits with 64 for wrong usage, and with 74 if its \
      output can't be written.
      """,
    version: "czproxy \(Version.number)",
    subcommands: [
      RunEntry.self,
      PolicyCommand.self,
      ToolsCommand.self,
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

  /// Like ArgumentParser's `main()`, except that a failure to write the output is an error: an empty file must not look
  /// like a scan without findings.
  static func main() {
    do {
      if let word = unknownTopic(of: CommandLine.arguments.dropFirst()) {
        throw ValidationError("there is no command `\(word)`")
      }
      var command = try parseAsRoot()
      try command.run()
      try Terminal.flush()
    } catch {
      exit(withError: tell(error))
    }
  }

  /// The first word after `help` that names no command; ArgumentParser would ignore it.
  private static func unknownTopic(of words: ArraySlice<String>) -> String? {
    guard words.first == "help" else { return nil }
    var command: any ParsableCommand.Type = ControlCommand.self
    for word in words.dropFirst() where word != "help" && !word.hasPrefix("-") {
      guard let next = command.configuration.subcommands.first(where: { $0._commandName == word }) else { return word }
      command = next
    }
    return nil
  }

  /// Prints the error on standard error, or the requested help on standard output; returns the exit status.
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

/// Lists `czproxy run` in the help. The command itself is handled by the other executable.
struct RunEntry: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Put a policy in front of an MCP server: the command for a host's config.")

  func run() throws {
    Terminal.complain("`run` is a command of czproxy, the program beside this one")
    throw ExitCode(64)
  }
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

  func run() {
    print("czproxy \(Version.number)")
    print("decides as Control Zero SDK \(Version.semanticLevel)")
  }
}
