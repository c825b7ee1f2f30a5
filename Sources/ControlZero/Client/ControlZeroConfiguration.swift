public import Logging

/// The configuration of a client. The options of the documented SDK are those of the initializer.
public struct ControlZeroConfiguration: Sendable {
  /// The project's API key: `cz_live_…` or `cz_test_…`.
  public var apiKey: String
  /// The agent's name in conditions (`client_name`, `agent_id`) and records; by default `CZ_AGENT_NAME`, else
  /// `default-agent`.
  public var agentName: String?
  /// The address of the service; by default `CONTROLZERO_API_URL`, `api_url` in the state directory's `config.yaml`,
  /// else `https://api.controlzero.ai`.
  public var baseURL: String?
  /// Whether calls are governed; by default they are. Otherwise every call goes through, nothing is recorded, and no
  /// policy is needed.
  public var enableGovernance: Bool
  /// Where the policy comes from; by default the service.
  public var policyMode: PolicyMode
  /// A bundle (`.czpolicy`) or a plain policy (`.yaml`, `.yml`, `.json`); needed for local and hybrid.
  public var policyPath: String?
  /// How often the policy is pulled in the background: more than zero, by default every 300 seconds.
  public var refreshInterval: Duration
  /// How long a policy stays in force that the service does not confirm, in whole seconds; by default a day.
  public var maxCacheAge: Duration

  // MARK: Beyond the documented SDK

  /// The keys that a bundle at ``policyPath`` is opened with: a file in the shape of the service's bootstrap answer. By
  /// default the keys that were cached when this API key last reached its service.
  public var keysPath: String?
  /// MCP servers, in the format that hosts use: `{"mcpServers": {NAME: {"command", "args", "env"}}}`.
  public var serversPath: String?
  /// Where policies are cached and records kept; by default `CONTROLZERO_HOME`, else `~/.controlzero`.
  public var stateDirectory: String?
  /// Certificate authorities (PEM) to trust instead of the system's; by default `CONTROLZERO_TLS_CA_BUNDLE`.
  public var authorityPath: String?
  /// Whether `http://` may be used beyond this machine.
  public var allowsPlainHTTP = false
  /// How long a tool of an MCP server may take: more than zero. If the server must be started or asked for its tools
  /// first, that may take at most as long.
  public var callTimeout = Duration.seconds(60)
  /// What detectors may do with results, if the policy does not say.
  public var resultMode = ResultMode.detect
  /// The log for people.
  public var logger = Logger(label: "controlzero")

  /// The options of the documented SDK with its defaults; the others are set afterwards.
  ///
  ///     let client = try ControlZeroClient(
  ///       .init(apiKey: "cz_live_your_api_key_here", policyMode: .hybrid, policyPath: "/var/cache/my-agent.czpolicy"))
  ///
  /// The client checks the options; nothing is checked here.
  public init(
    apiKey: String, agentName: String? = nil, baseURL: String? = nil, enableGovernance: Bool = true,
    policyMode: PolicyMode = .cloud, policyPath: String? = nil, refreshInterval: Duration = .seconds(300),
    maxCacheAge: Duration = .seconds(86_400)
  ) {
    self.apiKey = apiKey
    self.agentName = agentName
    self.baseURL = baseURL
    self.enableGovernance = enableGovernance
    self.policyMode = policyMode
    self.policyPath = policyPath
    self.refreshInterval = refreshInterval
    self.maxCacheAge = maxCacheAge
  }

  /// What detectors may do with the result of a tool.
  public enum ResultMode: String, Sendable, Hashable, CaseIterable {
    /// Nothing is scanned.
    case off
    /// Findings are recorded.
    case detect
    /// What a detector masks or blocks is masked.
    case mask
    /// What a detector masks is masked, and a result that holds what it blocks is withheld.
    case block
  }
}

extension ControlZeroConfiguration: CustomReflectable {
  /// What `print` and `dump` show, without the API key, which must not end up in a log.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "agentName": agentName as Any, "baseURL": baseURL as Any, "enableGovernance": enableGovernance,
        "policyMode": policyMode, "policyPath": policyPath as Any, "refreshInterval": refreshInterval,
        "maxCacheAge": maxCacheAge, "keysPath": keysPath as Any, "serversPath": serversPath as Any,
        "stateDirectory": stateDirectory as Any, "authorityPath": authorityPath as Any,
        "allowsPlainHTTP": allowsPlainHTTP, "callTimeout": callTimeout, "resultMode": resultMode,
      ], displayStyle: .struct)
  }
}
