internal import Audit
internal import CShims
internal import Digest
internal import Platform
internal import Policy
internal import State
internal import Wire

/// `czproxy run`: from the command line to the exit status.
public enum RunCommand {
  /// sysexits(3): wrong usage; an unusable configuration; an internal failure; output that can't be written.
  enum ExitStatus {
    static let usage: Int32 = 64
    static let configuration: Int32 = 78
    static let software: Int32 = 70
    static let output: Int32 = 74
  }

  /// - Parameter words: the words after `run` on the command line of this process, up to its end.
  public static func run(_ words: [String]) -> Int32 {
    let options: RunOptions
    do throws(RunOptions.UsageError) {
      guard let parsed = try RunOptions(parsing: words) else {
        return help()
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

  private static func help() -> Int32 {
    do throws(SystemError) {
      try Descriptor.writeAll(Array(RunHelp.text.utf8), to: 1)
      return 0
    } catch {
      StandardError.report("standard output can't be written")
      return ExitStatus.output
    }
  }

  /// From the options to a policy: everything that can be wrong before anything is recorded.
  private static func relay(_ options: RunOptions, _ stateDirectory: String) throws(SystemError) -> Int32 {
    let plan: RunPlan
    do throws(RunPlan.Failure) {
      plan = try RunPlan(options, stateDirectory: stateDirectory)
    } catch {
      StandardError.report(error.reason)
      return error.isUsage ? ExitStatus.usage : ExitStatus.configuration
    }
    let toolsLock: ToolsLockFile?
    do throws(ToolsLockFile.Failure) {
      toolsLock = try options.toolsLock.map { path throws(ToolsLockFile.Failure) in try ToolsLockFile(path) }
    } catch {
      StandardError.report(error.description)
      return ExitStatus.configuration
    }
    if !options.secrets.isEmpty {
      let words = ["--state-dir", stateDirectory] + SyncLauncher.serviceWords(options)
      if let status = try SecretEnvironment.fetch(options.secrets, options: words) { return status }
    }
    // Before anything is opened, so that the guardian inherits nothing of what follows.
    let secrets = options.secrets.map(\.variable)
    // The server has no business with the API key.
    let hidden = plan.scope == nil ? [] : ServiceSettings.keyVariables
    let server = try SecretEnvironment.without(hidden) { () throws(SystemError) in
      try unsafe ServerProcess.prepare(command: Arguments.last(options.command.count), secrets: secrets)
    }
    SecretEnvironment.wipe(secrets)
    // Output that can't be written, because nobody reads it or a file may not grow, is an error like any other.
    cz_ignore_signal(SIGPIPE)
    cz_ignore_signal(SIGXFSZ)
    for line in plan.advice { StandardError.report(line) }

    let watcher: PolicyWatcher
    do throws(PolicySourceError) {
      watcher = try PolicyWatcher(
        plan.policySource, quarantine: QuarantineFile(stateDirectory: stateDirectory),
        maxAge: Int64(options.maxCacheAge))
    } catch {
      for line in error.lines { StandardError.report(line) }
      server.end()
      return ExitStatus.configuration
    }
    return try relay(options, plan, watcher, toolsLock, server, stateDirectory)
  }

  /// From a policy to the exit status.
  private static func relay(
    _ options: RunOptions, _ plan: RunPlan, _ watcher: consuming PolicyWatcher, _ toolsLock: ToolsLockFile?,
    _ server: consuming ServerProcess, _ stateDirectory: String
  ) throws(SystemError) -> Int32 {
    let signals = try SignalPipe(forwarding: [SIGINT, SIGTERM, SIGHUP])
    // The server takes at least as long to start as all that follows. No call can reach it before.
    if !plan.waitsForPolicy { server.start() }
    let name = serverName(options)
    var context = context(options, project: watcher.keeper.loaded.projectID)
    var identity = identity(options, plan, name, watcher.keeper.loaded, context, stateDirectory)
    identity.toolsLockHash = toolsLock?.hash
    var trail = AuditTrail(identity)
    var launcher = plan.launcher
    beginRecords(&trail, &launcher, options)
    if plan.waitsForPolicy {
      let changes = watcher.wait(until: MonotonicClock.nanoseconds() + firstPolicyWait, orFor: signals)
      for change in changes { Checkpoint.record(change, watcher, &trail) }
      // SIGHUP asks for another look at the policy, which comes anyway.
      if let signal = signals.take().first(where: { $0 != SIGHUP }) {
        try? trail.close(status: 128 + signal, reason: "signal \(signal)")
        server.end()
        return 128 + signal
      }
      if let project = watcher.keeper.loaded.projectID { context.projectID = project }
      server.start()
    }
    // A session that only passes bytes on has nothing to rehearse.
    if !options.isUngoverned {
      describe(watcher, stateDirectory)
      Session.rehearse()
    }
    tellTerminal()
    do throws(SystemError) {
      try server.waitForStart()
    } catch {
      return notStarted(error, options, &trail, server)
    }
    let session = Session(
      options: sessionOptions(options, name, context), policy: watcher.keeper.policy,
      obstacle: watcher.keeper.obstacle, toolsLock: toolsLock?.lock,
      monotonicNanoseconds: { MonotonicClock.nanoseconds() })
    let checkpoint = Checkpoint(
      session: session, trail: trail, watcher: watcher, launcher: launcher, allowsUnaudited: options.allowsUnaudited,
      toHost: Sink(shared: 1), toServer: server.takeInput())
    let loop = RelayLoop(
      checkpoint: checkpoint, server: server, signals: signals, maxLineBytes: options.maxFrameBytes,
      isPassThrough: options.isUngoverned)
    return loop.run()
  }

  /// Tells a person at a terminal what the process waits for, and what works without waiting.
  private static func tellTerminal() {
    guard isatty(0) == 1 else { return }
    StandardError.report(
      "waiting for JSON-RPC from this terminal: `czproxy run` is for a host's config, `czproxy call` calls a tool")
  }

  /// Writes the first row, and sees to it that a process delivers what follows.
  private static func beginRecords(
    _ trail: inout AuditTrail, _ launcher: inout SyncLauncher?, _ options: RunOptions
  ) {
    open(&trail, allowsUnaudited: options.allowsUnaudited)
    // After our segment exists and is locked: that tells the other process that this one is alive.
    launcher?.look(at: MonotonicClock.nanoseconds())
  }

  /// Reports and records that the server can't be started; returns the exit status.
  private static func notStarted(
    _ error: SystemError, _ options: RunOptions, _ trail: inout AuditTrail, _ server: borrowing ServerProcess
  ) -> Int32 {
    StandardError.report("can't start `\(DisplayText.escaped(options.command[0].utf8))`: \(error.reason)")
    let status: Int32 = error.number == ENOENT ? 127 : 126
    try? trail.close(status: status, reason: "the server could not be started")
    server.end()
    return status
  }

  /// How long a first start waits for the service's policy before the server is started, in nanoseconds.
  private static let firstPolicyWait: UInt64 = 5_000_000_000

  private static func open(_ trail: inout AuditTrail, allowsUnaudited: Bool) {
    do throws(AuditError) {
      try trail.open()
    } catch {
      StandardError.report("\(error)")
      StandardError.report(
        allowsUnaudited
          ? "calls will go through without a record" : "every tool call will be denied until it can be written")
    }
  }

  private static func sessionOptions(
    _ options: RunOptions, _ name: ServerName, _ context: Context
  ) -> Session.Options {
    var session = Session.Options(server: name, context: context)
    session.deniesAsError = options.deniesAsError
    session.observes = options.observes
    session.hidesDenied = options.hidesDenied
    session.isStrict = options.isStrict
    session.encodedArguments = options.encodedArguments
    session.maxScannedBytes = options.maxScannedBytes
    session.resultMode = options.resultMode
    session.files = LocalFileSystem()
    session.limits.maxBytes = options.maxFrameBytes
    return session
  }

  /// What a person should know before the first call.
  private static func describe(_ watcher: borrowing PolicyWatcher, _ stateDirectory: String) {
    let loaded = watcher.keeper.loaded
    if loaded.policy.source == .missing, let reason = loaded.policy.absence {
      StandardError.report("every tool call will be denied: \(reason)")
    }
    if let obstacle = watcher.keeper.obstacle {
      StandardError.report("every tool call will be denied: \(obstacle.reason)")
    } else if loaded.isTampered {
      StandardError.report("`\(loaded.path ?? "")` is not what was signed; it is used all the same")
    }
    for warning in loaded.policy.warnings { StandardError.report("\(loaded.path ?? ""):\(warning)") }
  }

  private static func serverName(_ options: RunOptions) -> ServerName {
    let name = options.serverName
    if options.server == nil {
      StandardError.report("the policy knows this server as `\(name)`; --server NAME gives it another name")
    }
    return name
  }

  /// - Parameter project: that of the bundle that the policy came in; nobody can name another one then.
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
    _ options: RunOptions, _ plan: RunPlan, _ name: ServerName, _ loaded: PolicySource.Loaded, _ context: Context,
    _ stateDirectory: String
  ) -> AuditTrail.Identity {
    let mode = options.isUngoverned ? "ungoverned" : options.observes ? "observe" : plan.mode.rawValue
    return AuditTrail.Identity(
      server: name, command: options.command, sessionID: Hexadecimal.text(RandomBytes.array(16)),
      processID: getpid(), stateDirectory: stateDirectory, clientName: context.clientName ?? "czproxy",
      projectID: context.projectID ?? "", mode: mode, loaded)
  }
}
