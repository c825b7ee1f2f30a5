import ArgumentParser
import Bundle
import ControlPlane
import Platform
import Relay
import State

/// `czproxy sync`
struct SyncCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Keep the policy current and send records to the service.",
    discussion: """
      One process per state directory does this; a second one says so and exits with 0. It runs as long as a proxy is \
      alive or a record waits. `czproxy run` starts it when it needs it.

      The API key is never an argument: --api-key-file, CZ_API_KEY, CONTROLZERO_API_KEY, or `api_key` in the state \
      directory's config.yaml, in this order. Without a key, --otlp-endpoint alone works.

      Exits with 78 if the configuration can't be used, with 74 if the state directory can't be read or written. With \
      --once also: with 0 if the policy is current and no record waits, with 75 if the network or the service is away \
      or the command was asked to end before it was done, with 77 if the key is not accepted, with 78 if what the \
      service sends can't be used.
      """)

  @Flag(help: "Do everything once, then exit.")
  var once = false

  @OptionGroup var state: StateOptions
  @OptionGroup var service: ServiceOptions

  @Option(help: "Seconds between two requests for the service's policy.")
  var refreshInterval = 300

  @Option(help: "Days to keep delivered records on this machine.")
  var retention = 30

  @Option(
    name: .customLong("otlp-endpoint"),
    help: "Also send records to this OpenTelemetry collector (OTLP/HTTP, JSON), with OTEL_EXPORTER_OTLP_HEADERS.")
  var telemetryEndpoint: String?

  @Flag(name: .customLong("no-service-audit"), help: "Send no records to the service.")
  var noServiceAudit = false

  @Flag(name: .customLong("no-policy"), help: "Pull no policy: the proxies have one of their own.")
  var noPolicy = false

  @Option(help: .hidden)
  var requestTimeout = 30

  func validate() throws {
    guard (1...86_400).contains(refreshInterval) else {
      throw ValidationError("--refresh-interval takes 1 to 86400 seconds")
    }
    guard (0...36_500).contains(retention) else { throw ValidationError("--retention takes 0 to 36500 days") }
    guard (1...3600).contains(requestTimeout) else { throw ValidationError("--request-timeout takes 1 to 3600") }
  }

  func run() throws {
    let directory = try state.path()
    if let exposure = ServiceSettings.exposure(service.settings, stateDirectory: directory) {
      Terminal.complain("sync: \(exposure)")
    }
    do {
      let runner = try SyncRunner(options(directory), verify: Self.verify) { Terminal.complain("sync: \($0)") }
      switch try runner.run() {
      case .alreadyRunning: Terminal.complain("sync: another process does it for \(directory)")
      case .ended(.done): if let failure = runner.failure { throw ExitCode(failure.exitStatus) }
      case .ended(.asked) where once: throw ExitCode(75)
      case .ended: break
      }
    } catch let error as SyncError {
      Terminal.complain("sync: \(error)")
      throw ExitCode(error.isConfiguration ? 78 : 74)
    }
  }

  private func options(_ directory: String) -> SyncOptions {
    var options = SyncOptions(
      stateDirectory: directory, sender: .ofThisMachine(version: Version.number))
    options.service = service.settings
    options.allowsPlainHTTP = service.allowHTTP
    options.shipsToService = !noServiceAudit
    options.telemetryEndpoint = telemetryEndpoint
    options.telemetryHeaders = Environment.value("OTEL_EXPORTER_OTLP_HEADERS")
    options.plan.refreshInterval = .seconds(refreshInterval)
    options.plan.isOnce = once
    options.plan.pullsPolicy = !noPolicy
    options.http.totalTimeout = .seconds(requestTimeout)
    options.http.connectTimeout = .seconds(min(5, requestTimeout))
    options.retention = Int64(retention) * 86_400
    return options
  }

  /// Accepts a bundle for the cache if the relay would enforce it. Only the relay checks rollback: it remembers which
  /// bundles it has accepted.
  @Sendable private static func verify(
    _ blob: [UInt8], _ keys: ProjectKeys
  ) throws(ControlPlaneError) -> BundleFacts {
    do throws(BundleError) {
      let keys = try keys.json.withArray { json throws(BundleError) in try BundleKeys(parsing: json) }
      let bundle = try keys.accept(
        blob, at: WallClock.seconds(), after: AcceptedBundles(), checks: [.signer, .project, .expiry])
      return BundleFacts(createdAt: Int64(clamping: bundle.header.createdAt))
    } catch {
      throw ControlPlaneError(.bundleRefused, "the service's bundle is refused (\(error.kind.rawValue)): \(error)")
    }
  }
}

/// The options of every command that contacts the service.
struct ServiceOptions: ParsableArguments {
  @Option(name: .customLong("api-key-file"), help: "A file that holds the API key and nothing else.")
  var keyFile: String?

  @Option(
    name: .customLong("base-url"),
    help: "The service (default: CONTROLZERO_API_URL, `api_url` in config.yaml, else https://api.controlzero.ai).")
  var baseURL: String?

  @Option(name: .customLong("ca-file"), help: "Certificate authorities (PEM) to trust instead of the system's.")
  var authorityFile: String?

  @Flag(name: .customLong("allow-http"), help: "Allow http:// to machines other than this one.")
  var allowHTTP = false

  var settings: ServiceSettings.Options {
    ServiceSettings.Options(keyFile: keyFile, baseURL: baseURL, authorityFile: authorityFile)
  }
}
