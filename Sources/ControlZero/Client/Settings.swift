internal import DataLoss
internal import Logging
internal import Platform
internal import State

/// A configuration that was checked and completed. It holds no secret.
struct Settings: Sendable {
  let agentName: String
  let isGoverned: Bool
  let mode: PolicyMode
  let policyPath: String?
  let refreshInterval: Duration
  let maxCacheAge: Int64
  let keysPath: String?
  let serversPath: String?
  let stateDirectory: String
  let baseURL: String?
  let authorityPath: String?
  let allowsPlainHTTP: Bool
  let callTimeout: Duration
  let resultMode: DataLoss.ResultMode
  let logger: Logger

  /// Longer than any program runs, and short enough to be added to a time.
  private static let forever = Duration.seconds(1 << 30)

  /// Reads nothing but the environment.
  init(_ configuration: ControlZeroConfiguration) throws(InvalidConfigurationError) {
    func invalid(_ text: String) -> InvalidConfigurationError { InvalidConfigurationError(description: text) }
    mode = configuration.policyMode
    policyPath = configuration.policyPath
    if configuration.enableGovernance, mode != .cloud, policyPath == nil {
      throw invalid("the policy mode `\(mode.rawValue)` needs policyPath: a .czpolicy, .yaml, .yml or .json file")
    }
    guard configuration.refreshInterval > .zero, configuration.maxCacheAge >= .zero, configuration.callTimeout > .zero
    else { throw invalid("refreshInterval and callTimeout must be longer than no time, maxCacheAge not negative") }
    guard let directory = Environment.stateDirectory(option: configuration.stateDirectory) else {
      throw invalid("there is no home directory to keep records in: give stateDirectory, or set CONTROLZERO_HOME")
    }
    stateDirectory = directory
    agentName = configuration.agentName ?? Environment.value("CZ_AGENT_NAME") ?? "default-agent"
    isGoverned = configuration.enableGovernance
    refreshInterval = min(configuration.refreshInterval, Self.forever)
    maxCacheAge = min(configuration.maxCacheAge, Self.forever).components.seconds
    keysPath = configuration.keysPath
    serversPath = configuration.serversPath
    baseURL = configuration.baseURL
    authorityPath = configuration.authorityPath
    allowsPlainHTTP = configuration.allowsPlainHTTP
    callTimeout = configuration.callTimeout
    resultMode = DataLoss.ResultMode(rawValue: configuration.resultMode.rawValue) ?? .detect
    logger = configuration.logger
  }

  /// Whether the service is asked for anything.
  var usesService: Bool { isGoverned && mode != .local }

  /// Parses an API key; throws for one of another form, and the error never shows it.
  static func key(_ text: String) throws(InvalidConfigurationError) -> APIKey {
    do throws(StateError) {
      return try APIKey(text.utf8)
    } catch {
      throw InvalidConfigurationError(description: "\(error.message); get one from the project's settings")
    }
  }
}
