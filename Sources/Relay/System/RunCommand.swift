internal import Audit
internal import CShims
internal import Digest
internal import Policy
internal import System
internal import Wire

/// `czproxy run`: from the command line to the exit status.
public enum RunCommand {
  /// sysexits(3): wrong usage; a configuration that can't be used; a failure of ours.
  private enum ExitStatus {
    static let usage: Int32 = 64
    static let configuration: Int32 = 78
    static let software: Int32 = 70
  }

  /// - Parameter words: what stands behind `run`.
  public static func run(_ words: [String]) -> Int32 {
    let options: RunOptions
    do throws(RunOptions.UsageError) {
      guard let parsed = try RunOptions(parsing: words) else {
        print(RunHelp.text, terminator: "")
        return 0
      }
      options = parsed
    } catch {
      StandardError.report("\(error)")
      StandardError.report("`czproxy run --help` tells more")
      return ExitStatus.usage
    }
    guard let stateDirectory = Environment.stateDirectory(option: options.stateDirectory) else {
      StandardError.report("there is no home directory to keep records in: give --state-dir DIR")
      return ExitStatus.usage
    }
    do throws(SystemError) {
      return try relay(options, stateDirectory)
    } catch {
      StandardError.report("\(error)")
      return ExitStatus.software
    }
  }

  private static func relay(_ options: RunOptions, _ stateDirectory: String) throws(SystemError) -> Int32 {
    // First of all, so that the guardian inherits nothing of what follows.
    let server = try ServerProcess.prepare(command: options.command)

    let watcher: PolicyWatcher
    do throws(PolicySourceError) {
      watcher = try PolicyWatcher(
        PolicySource(options, stateDirectory: stateDirectory),
        quarantine: QuarantineFile(stateDirectory: stateDirectory), maxAge: Int64(options.maxCacheAge))
    } catch {
      for line in error.lines { StandardError.report(line) }
      server.end()
      return ExitStatus.configuration
    }
    let loaded = watcher.keeper.loaded
    let name = serverName(options)
    let context = context(options, project: loaded.projectID)
    if !options.isUngoverned { describe(watcher, stateDirectory) }

    cz_ignore_signal(SIGPIPE)
    let signals = try SignalPipe(forwarding: [SIGINT, SIGTERM, SIGHUP])
    var trail = AuditTrail(identity(options, name, loaded, context, stateDirectory))
    do throws(AuditError) {
      try trail.open()
    } catch {
      StandardError.report("\(error)")
      StandardError.report(
        options.allowsUnaudited
          ? "calls will go through without a record" : "every tool call will be denied until it can be written")
    }

    do throws(SystemError) {
      try server.start()
    } catch {
      StandardError.report("can't start `\(DisplayText.escaped(options.command[0].utf8))`: \(error.reason)")
      let status: Int32 = error.number == ENOENT ? 127 : 126
      try? trail.close(status: status, reason: "the server could not be started")
      server.end()
      return status
    }
    var sessionOptions = Session.Options(server: name, context: context)
    sessionOptions.deniesAsError = options.deniesAsError
    sessionOptions.observes = options.observes
    sessionOptions.hidesDenied = options.hidesDenied
    sessionOptions.isStrict = options.isStrict
    sessionOptions.encodedArguments = options.encodedArguments
    sessionOptions.maxScannedBytes = options.maxScannedBytes
    sessionOptions.resultMode = options.resultMode
    sessionOptions.files = LocalFileSystem()
    sessionOptions.limits.maxBytes = options.maxFrameBytes
    var session = Session(
      options: sessionOptions, policy: loaded.policy, monotonicNanoseconds: { MonotonicClock.nanoseconds() })
    _ = session.enforce(loaded.policy, obstacle: watcher.keeper.obstacle)
    let loop = RelayLoop(
      session: session, trail: trail, watcher: watcher, server: server, signals: signals,
      isPassThrough: options.isUngoverned,
      allowsUnaudited: options.allowsUnaudited)
    return loop.run()
  }

  /// What a person should know before the first call.
  private static func describe(_ watcher: borrowing PolicyWatcher, _ stateDirectory: String) {
    let loaded = watcher.keeper.loaded
    if loaded.path == nil {
      StandardError.report("every tool call will be denied: \(PolicySource.absence(stateDirectory))")
    }
    if let obstacle = watcher.keeper.obstacle {
      StandardError.report("every tool call will be denied: \(obstacle.reason)")
    } else if loaded.isTampered {
      StandardError.report("`\(loaded.path ?? "")` is not what was signed; it is used all the same")
    }
    for warning in loaded.policy.warnings { StandardError.report("\(loaded.path ?? ""):\(warning)") }
  }

  private static func serverName(_ options: RunOptions) -> ServerName {
    if let name = options.server.flatMap({ ServerName($0) }) { return name }
    let name = ServerName(derivedFrom: options.command)
    StandardError.report("the policy knows this server as `\(name)`; --server NAME gives it another name")
    return name
  }

  /// - Parameter project: of the bundle that the policy came in; nobody can name another one then.
  private static func context(_ options: RunOptions, project: String?) -> Context {
    var context = Context()
    context.values = options.context
    context.clientName = context.values.removeValue(forKey: "client_name") ?? options.agent
    context.projectID = context.values.removeValue(forKey: "project_id")
    if let project { context.projectID = project }
    context.agent = options.agent
    context.userID = options.user
    context.userGroup = options.group
    context.tags = options.tags
    return context
  }

  private static func identity(
    _ options: RunOptions, _ name: ServerName, _ loaded: PolicySource.Loaded, _ context: Context,
    _ stateDirectory: String
  ) -> AuditTrail.Identity {
    let mode = options.isUngoverned ? "ungoverned" : options.observes ? "observe" : "local"
    return AuditTrail.Identity(
      server: name, command: options.command, sessionID: SHA256.hexadecimal(SHA256.randomBytes(16)),
      processID: getpid(), stateDirectory: stateDirectory, clientName: context.clientName ?? "czproxy",
      projectID: context.projectID ?? "", policySource: loaded.policy.source.rawValue,
      policyHash: loaded.path == nil ? "" : "sha256:" + SHA256.hexadecimal(of: loaded.bytes),
      policyPath: loaded.path ?? "", ruleCount: loaded.policy.ruleCount, mode: mode)
  }
}
