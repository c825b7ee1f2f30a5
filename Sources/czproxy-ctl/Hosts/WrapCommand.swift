import ArgumentParser
import Foundation
import HostConfig
import Platform
import Relay
import State
import Wire

/// `czproxy wrap`
struct WrapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wrap",
    abstract: "Put czproxy in front of the servers in a host's config.",
    discussion: """
      Each server's command moves behind `czproxy run --server NAME … --`. Every other byte of the file stays as it is, \
      comments included. Servers that are URLs are left alone. Servers that are already wrapped get the new options.

        czproxy wrap ~/.cursor/mcp.json --policy ~/.controlzero/policy.yaml
        czproxy wrap .mcp.json github --api-key-file ~/.cz-key -- --dlp-results mask

      Supported are the files of Claude Desktop, Claude Code, Cursor, VS Code, Codex, Windsurf, Gemini CLI, Zed, \
      LM Studio, opencode, Mistral Vibe, OpenHands, Kimi, Cline, Copilot CLI, Kiro, Junie, Amp, Crush (JSON), Goose, \
      Continue, fast-agent, mcp-agent, LibreChat and Hermes; `.toml` is read as Codex's or Vibe's, `.yaml` as YAML, \
      all else as JSON. \
      `czproxy doctor` finds them.

      Exits with 0 if every server that can be wrapped is. Otherwise nothing was changed, and it exits with 1 if the file \
      can't be used, with 74 if it can't be written, with 78 if the policy can't be used.
      """)

  @Argument(help: "The config file of an MCP host; without one, lists those that exist.")
  var file: String?

  @Argument(help: "The servers to wrap (default: all that are programs).")
  var servers: [String] = []

  @Option(help: "A local policy: .yaml, .yml or .json.")
  var policy: String?

  @Option(help: "A signed bundle; with --keys.")
  var bundle: String?

  @Option(help: "The keys file of the bundle's project.")
  var keys: String?

  @Option(help: "A file with an API key: the policy comes from a Control Zero service.")
  var apiKeyFile: String?

  @Option(help: "The name of the agent in policies and records (default: the host that keeps the file).")
  var agent: String?

  @OptionGroup var state: StateOptions

  @Flag(help: "Let everything through, and record what would be denied.")
  var observe = false

  @Option(help: "The czproxy to write into the config (default: the one beside this program).")
  var czproxy: String?

  @Flag(help: "Change nothing: print the file as it would be.")
  var dryRun = false

  @Option(help: "text or json.")
  var format = OutputFormat.text

  @Argument(parsing: .postTerminator, help: "More options of `czproxy run`.")
  var options: [String] = []

  func run() throws {
    guard let file else { throw Self.namingFiles() }
    var change = try HostConfigChange(of: file)
    let program = try program()
    let words = runOptions(for: file)
    var warnings: [String] = []
    for server in try change.servers(named: servers) {
      let outcome = outcome(of: server, program: program)
      guard outcome.isChange else {
        change.add(outcome, of: server)
        continue
      }
      let options = Self.naming(server) + words
      for warning in try check(options) where !warnings.contains(warning) { warnings.append(warning) }
      change.add(outcome, of: server, change.config.wrap(server, program: program, options: options))
    }
    for warning in warnings { Terminal.complain(warning) }
    try change.finish(
      isDryRun: dryRun, format: format,
      hint: "Restart the host, or reload its servers. `czproxy unwrap` puts back what was there.")
  }

  private func outcome(of server: ServerEntry, program: String) -> HostConfigChange.Outcome {
    switch server.launch {
    case .command where server.splitsCommand && !ServerEntry.isOneWord(program),
      .wrapped where server.splitsCommand && !ServerEntry.isOneWord(program):
      .left("its host divides a command into words, and would divide \(program): install czproxy elsewhere")
    case .remote: .left("it is a URL, and czproxy stands in front of programs")
    case .builtIn: .left("it is built into its host")
    case .unusable(let reason): .left(reason)
    case .wrapped where server.hasURL: .left(ServerEntry.bothWays)
    case .wrapped where !hasOptions && servers.isEmpty: .left("czproxy stands in front of it")
    case .wrapped: .rewrapped
    case .command: .wrapped
    }
  }

  /// Lists the configs that exist. A config is changed only if it is named.
  private static func namingFiles() -> ExitCode {
    let files = HostConfigFile.known()
    Terminal.complain(
      files.isEmpty
        ? "no config of a host is in its usual place: name it, `czproxy wrap FILE`"
        : "name the config file of a host, `czproxy wrap FILE`; these are there:")
    for file in files { Terminal.printError("  \(DisplayText.escaped(file.utf8, limit: 4096))") }
    return ExitCode(64)
  }

  // MARK: The new command

  /// Whether any option was given that changes how servers are wrapped.
  private var hasOptions: Bool {
    [policy, bundle, keys, apiKeyFile, agent, state.directory].contains { $0 != nil } || observe || !options.isEmpty
  }

  /// The `--server` option: the server's name in the config, or one made from it that rules can use.
  private static func naming(_ server: ServerEntry) -> [String] {
    let name = (ServerName(server.name) ?? ServerName(derivedFrom: [server.name])).description
    // A name that looks like an option needs `=` to be taken for a value.
    return name.hasPrefix("-") ? ["--server=\(name)"] : ["--server", name]
  }

  private func runOptions(for file: String) -> [String] {
    var words: [String] = []
    if let agent = agent ?? KnownHost(keeping: Self.absolute(file), variable: Environment.value)?.name {
      words += ["--agent", agent]
    }
    for (name, path) in [
      ("--policy", policy), ("--bundle", bundle), ("--keys", keys), ("--api-key-file", apiKeyFile),
    ] {
      // Hosts start servers in other working directories.
      if let path { words += [name, Self.absolute(path)] }
    }
    // Hosts don't pass their environment on.
    if let directory = state.directory ?? Environment.value("CONTROLZERO_HOME") {
      words += ["--state-dir", Self.absolute(directory)]
    }
    if observe { words.append("--observe") }
    return words + options
  }

  /// The absolute path; an empty path stays empty. `..` is kept, because after a link it leads elsewhere than the text
  /// suggests.
  private static func absolute(_ path: String) -> String {
    guard !path.isEmpty else { return path }
    let whole = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  private func program() throws -> String {
    guard let path = czproxy.map(Self.absolute) ?? ControlTool.relayPath(), Access.isProgram(path) else {
      Terminal.complain(
        czproxy.map { "there is no program at \($0), which --czproxy names" }
          ?? "there is no czproxy beside this program: say where it is with --czproxy PATH")
      throw ExitCode(1)
    }
    return path
  }

  /// Checks the new command before it is written: exits with 64 for options that `czproxy run` would refuse, with 78 for
  /// a policy that it could not use.
  ///
  /// - Returns: warnings.
  private func check(_ words: [String]) throws -> [String] {
    let parsed: RunOptions
    do {
      guard let options = try RunOptions(parsing: words + ["--", "x"]) else {
        Terminal.complain("--help is not for the servers of a host: see `czproxy run --help`")
        throw ExitCode(64)
      }
      parsed = options
    } catch let error as RunOptions.UsageError {
      Terminal.complain("\(error)")
      throw ExitCode(64)
    }
    if let path = parsed.relativePaths.first {
      Terminal.complain("hosts start servers in directories of their own: `\(path)` must be an absolute path")
      throw ExitCode(64)
    }
    var warnings: [String] = []
    for (name, option) in parsed.decisiveVariables where name != "HOME" && Environment.value(name) != nil {
      warnings.append("most hosts will not pass \(name) on: say it by an option, `-- \(option)`")
    }
    do throws(RunOutlook.Failure) {
      return warnings + (try RunOutlook(parsed, at: WallClock.seconds()).warnings)
    } catch {
      Terminal.complain(error.lines)
      if let policy, FileIdentity(of: policy) == nil {
        Terminal.complain("`czproxy policy draft --server NAME -- COMMAND` makes one to start from")
      }
      throw ExitCode(78)
    }
  }
}

extension RunOptions {
  /// The relative paths among the options, which depend on the directory that a host starts czproxy in.
  var relativePaths: [String] {
    var paths = [service.keyFile, service.authorityFile, stateDirectory, toolsLock]
    switch source {
    case .file(let path): paths.append(path)
    case .bundle(let path, let keys): paths += [path, keys]
    case .stateDirectory, .service: break
    }
    return paths.compactMap { $0 }.filter { !$0.hasPrefix("/") }
  }
}
