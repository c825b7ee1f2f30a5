public import Logging

/// What a client is told once. The options of the documented SDK are those of the initializer.
public struct ControlZeroConfiguration: Sendable {
  /// The project's API key: `cz_live_…` or `cz_test_…`.
  public var apiKey: String
  /// Names the agent to conditions (`client_name`, `agent_id`) and in records; without, `CZ_AGENT_NAME`, else
  /// `default-agent`.
  public var agentName: String?
  /// The service; without, `CONTROLZERO_API_URL`, `api_url` in the state directory's `config.yaml`, else
  /// `https://api.controlzero.ai`.
  public var baseURL: String?
  /// Where this is off (it is on without), every call goes through, nothing is recorded, and no policy is needed.
  public var enableGovernance: Bool
  /// Where the policy comes from; the service without.
  public var policyMode: PolicyMode
  /// A bundle (`.czpolicy`), or a policy in the plain (`.yaml`, `.yml`, `.json`); needed for local and hybrid.
  public var policyPath: String?
  /// How often the policy is pulled in the background, longer than no time; 300 seconds without.
  public var refreshInterval: Duration
  /// For how long a policy stays in force that the service does not confirm, in whole seconds; a day without.
  public var maxCacheAge: Duration

  // MARK: Beyond the documented SDK

  /// The keys that a bundle at ``policyPath`` is opened with: a file in the shape of the service's bootstrap answer.
  /// Without, the keys that were cached when this API key last reached its service.
  public var keysPath: String?
  /// MCP servers, in the format that hosts use: `{"mcpServers": {NAME: {"command", "args", "env"}}}`.
  public var serversPath: String?
  /// Where policies are cached and records kept; without, `CONTROLZERO_HOME`, else `~/.controlzero`.
  public var stateDirectory: String?
  /// Certificate authorities (PEM) to trust instead of the system's; without, `CONTROLZERO_TLS_CA_BUNDLE`.
  public var authorityPath: String?
  /// Whether `http://` may leave this machine.
  public var allowsPlainHTTP = false
  /// How long a tool of an MCP server may take, longer than no time. As long at the most its start and its list of tools may
  /// take before, where they are needed.
  public var callTimeout = Duration.seconds(60)
  /// How far detectors may go with results, where the policy does not say.
  public var resultMode = ResultMode.detect
  /// What a person reads.
  public var logger = Logger(label: "controlzero")

  /// The options of the documented SDK with its defaults; the others are set afterwards.
  ///
  ///     let client = try ControlZeroClient(
  ///       .init(apiKey: "cz_live_your_api_key_here", policyMode: .hybrid, policyPath: "/var/cache/my-agent.czpolicy"))
  ///
  /// Nothing is checked here, but by the client.
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

  /// How far detectors may go with what a tool gives back.
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
  /// What `print` and `dump` show: not the API key, which would stand in a log then.
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
