internal import Platform
internal import State

/// Keeps a `czproxy sync` alive for the state directory while a relay is alive: it pulls the policy and sends the
/// records, and outlives this process for as long as something waits.
struct SyncLauncher {
  /// How often to look for it, and the minimum time from a start to the next try; in nanoseconds.
  private static let interval: UInt64 = 30_000_000_000

  private let words: [String]
  private let stateDirectory: String
  private var lookedAt: UInt64?

  init(_ options: RunOptions, mode: RunMode, stateDirectory: String) {
    self.stateDirectory = stateDirectory
    var words = ["sync", "--state-dir", stateDirectory, "--refresh-interval", String(options.refreshInterval)]
    words += Self.serviceWords(options)
    if let endpoint = options.telemetryEndpoint { words += ["--otlp-endpoint", endpoint] }
    if options.sendsNoServiceAudit || mode == .local { words.append("--no-service-audit") }
    if mode == .local || (mode == .hybrid && options.hybrid == .file) { words.append("--no-policy") }
    self.words = words
  }

  /// The options that say where the service is.
  static func serviceWords(_ options: RunOptions) -> [String] {
    var words: [String] = []
    for (name, value) in [
      ("--api-key-file", options.service.keyFile), ("--base-url", options.service.baseURL),
      ("--ca-file", options.service.authorityFile),
    ] {
      if let value { words += [name, value] }
    }
    return options.allowsPlainHTTP ? words + ["--allow-http"] : words
  }

  /// When to look again; monotonic, in nanoseconds.
  var deadline: UInt64 { lookedAt.map { $0 + Self.interval } ?? 0 }

  mutating func look(at now: UInt64) {
    guard now >= deadline else { return }
    lookedAt = now
    guard !SyncLock.isHeld(stateDirectory: stateDirectory) else { return }
    do throws(SystemError) {
      try ControlTool.start(words)
    } catch {
      StandardError.report(
        "`czproxy-ctl sync` can't be started: \(error.reason); records wait in \(stateDirectory)/audit")
    }
  }
}
