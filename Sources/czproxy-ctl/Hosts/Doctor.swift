import HostConfig
import Platform
import Relay
import State
import Wire

/// Examines an installation, without changing or starting anything.
struct Doctor {
  private(set) var findings: [DoctorFinding] = []
  private let stateDirectory: String
  private let now: Int64

  /// - Parameter now: seconds since 1970.
  init(stateDirectory: String, now: Int64) {
    self.stateDirectory = stateDirectory
    self.now = now
  }

  mutating func add(
    _ severity: DoctorFinding.Severity, _ message: String, in file: String? = nil, at server: ServerEntry? = nil,
    fix: String? = nil
  ) {
    findings.append(
      DoctorFinding(
        severity: severity, message: message, file: file, place: server?.place, server: server?.name, fix: fix))
  }

  // MARK: czproxy

  mutating func lookAtInstallation() {
    guard let path = ControlTool.relayPath(), Access.isProgram(path) else {
      return add(.error, "there is no czproxy beside czproxy-ctl", fix: "install both in one directory")
    }
    add(.ok, "czproxy \(Version.number)", in: path)
  }

  mutating func lookAtState() {
    guard let permissions = FileReader.permissions(of: stateDirectory) else {
      return add(.ok, "not there yet: the first `czproxy run` makes it", in: stateDirectory)
    }
    if permissions & 0o077 != 0 {
      let mode = String(permissions, radix: 8)
      add(
        .warning, "others can look into it (mode \(mode)): records and keys are in there", in: stateDirectory,
        fix: "chmod 700 \(ShellWord.quoted(stateDirectory))")
    } else if !Access.mayWrite(stateDirectory) {
      add(.error, "it can't be written: no record, no call", in: stateDirectory)
    } else {
      add(.ok, "records are kept here", in: stateDirectory)
    }
    do throws(StateError) {
      guard let report = try StatusReport(stateDirectory: stateDirectory, now: now), report.hasTrouble else { return }
      add(
        .warning, "the policy or the records are not in step with the service", in: stateDirectory,
        fix: "czproxy status --state-dir \(ShellWord.quoted(stateDirectory))")
    } catch {
      add(.error, "\(error)")
    }
  }

  // MARK: Hosts

  mutating func lookAt(_ path: String) {
    let config: HostConfig
    do throws(HostConfigFile.Failure) {
      config = try HostConfigFile(path).config
    } catch {
      return findings.append(
        DoctorFinding(severity: .warning, message: error.message, file: path, place: error.place))
    }
    if config.servers.isEmpty { add(.note, config.format.nothingFound, in: path) }
    for server in config.servers { lookAt(server, in: path) }
  }

  private mutating func lookAt(_ server: ServerEntry, in path: String) {
    switch server.launch {
    case .remote:
      add(.note, "it is a URL: czproxy can't stand in front of it", in: path, at: server)
    case .builtIn:
      add(.note, "it is built into its host: czproxy can't stand in front of it", in: path, at: server)
    case .unusable(let reason):
      add(.warning, reason, in: path, at: server)
    case .command:
      // Other names would need quotes, or look like options.
      let name = ServerName(server.name).map { $0.description.hasPrefix("-") ? "" : "\($0) " } ?? ""
      add(
        .warning, "nothing governs it", in: path, at: server,
        fix: "czproxy wrap \(ShellWord.quoted(path)) \(name)--policy FILE")
    case .wrapped where server.hasURL:
      add(.warning, ServerEntry.bothWays, in: path, at: server)
    case .wrapped(let wrapping):
      lookAt(wrapping, of: server, in: path)
    }
  }

  private mutating func lookAt(_ wrapping: ServerEntry.Wrapping, of server: ServerEntry, in path: String) {
    let again = "czproxy wrap \(ShellWord.quoted(path)), with the options it has"
    guard wrapping.program.hasPrefix("/") else {
      return add(
        .warning, "`\(wrapping.program)` is not an absolute path: what a host takes for it can't be told",
        in: path, at: server, fix: again)
    }
    guard Access.isProgram(wrapping.program) else {
      return add(
        .error, "there is no czproxy at \(wrapping.program): the host can't start it", in: path, at: server, fix: again)
    }
    // The findings below predict what this czproxy would do, and any program may be called czproxy.
    guard FileIdentity(of: wrapping.program) == ControlTool.relayPath().flatMap(FileIdentity.init(of:)) else {
      return add(
        .warning, "\(wrapping.program) is another czproxy than this one, and was not looked into",
        in: path, at: server, fix: again)
    }
    let options: RunOptions
    let outlook: RunOutlook
    do {
      guard let parsed = try RunOptions(parsing: wrapping.options + ["--"] + wrapping.command) else {
        return add(.error, "it only asks for help", in: path, at: server)
      }
      options = parsed
      if let relative = options.relativePaths.first {
        add(
          .warning, "`\(relative)` is not an absolute path, and hosts start servers in directories of their own",
          in: path, at: server)
      }
      if !options.isUngoverned, let (problem, fix) = Self.doubt(about: options, of: server) {
        return add(.warning, problem, in: path, at: server, fix: fix)
      }
      outlook = try RunOutlook(options, at: now)
    } catch let failure as RunOutlook.Failure {
      for line in failure.lines { add(.error, "it can't start: \(line)", in: path, at: server) }
      return
    } catch {
      return add(.error, "it can't start: \(error)", in: path, at: server)
    }
    for warning in outlook.warnings { add(.warning, warning, in: path, at: server) }
    if let problem = Self.problem(with: wrapping.command) { add(.warning, problem, in: path, at: server) }
    let rules = outlook.ruleCount == 1 ? "1 rule" : "\(outlook.ruleCount) rules"
    let policy = outlook.policy.map { "\($0), \(rules)" }
    if options.isUngoverned {
      add(.warning, "it is passed through ungoverned (--no-governance)", in: path, at: server)
    } else if options.observes {
      add(.note, "observed, and nothing is denied: \(policy ?? "there is no policy")", in: path, at: server)
    } else if let policy {
      add(.ok, "governed by \(policy)", in: path, at: server)
    }
  }

  /// Why the policy found here may not be the one in force when a host starts the server in another environment, and what
  /// to do about it.
  private static func doubt(about options: RunOptions, of server: ServerEntry) -> (problem: String, fix: String)? {
    let variables = options.decisiveVariables
    if server.hasVariablesElsewhere, let (name, option) = variables.first {
      return (
        "some of its variables stand elsewhere, which was not looked into, and may set \(name)",
        "say it by an option: \(option)"
      )
    }
    for (name, option) in variables where server.variables.contains(name) {
      return ("its `env` sets \(name), and what that leads to was not looked at", "say it by an option: \(option)")
    }
    // Every host passes on HOME.
    for (name, option) in variables where name != "HOME" && Environment.value(name) != nil {
      return ("\(name) is set here, and most hosts will not pass it on", "say it by an option: \(option)")
    }
    return nil
  }

  /// Why a server's program can't be started, as far as can be determined without its host.
  private static func problem(with command: [String]) -> String? {
    let program = command.first ?? ""
    if program.hasPrefix("/") {
      return Access.isProgram(program) ? nil : "there is no program at \(program), the server's own command"
    }
    // Only the host knows its own variables and its working directory.
    guard !program.contains("/"), !program.contains("$") else { return nil }
    let directories = (Environment.value("PATH") ?? "").split(separator: ":")
    guard !directories.contains(where: { Access.isProgram("\($0)/\(program)") }) else { return nil }
    return "the server's own command, `\(program)`, is not on the PATH here"
  }
}
