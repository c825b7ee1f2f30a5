public import Logging

/// What a client is told once. The first nine are the options of the documented SDK.
public struct ControlZeroConfiguration: Sendable {
  /// The project's API key: `cz_live_…` or `cz_test_…`.
  public var apiKey: String
  /// Names the agent to conditions (`client_name`, `agent_id`) and in records; without, `CZ_AGENT_NAME`, else
  /// `default-agent`.
  public var agentName: String?
  /// The service; without, `CONTROLZERO_API_URL`, `api_url` in the state directory's `config.yaml`, else
  /// `https://api.controlzero.ai`.
  public var baseURL: String?
  /// Where this is off, every call goes through, nothing is recorded, and no policy is needed.
  public var enableGovernance = true
  public var policyMode = PolicyMode.cloud
  /// A bundle (`.czpolicy`), or a policy in the plain (`.yaml`, `.yml`, `.json`); needed for local and hybrid.
  public var policyPath: String?
  /// How often the policy is pulled in the background.
  public var refreshInterval = Duration.seconds(300)
  /// For how long a policy stays in force that the service does not confirm.
  public var maxCacheAge = Duration.seconds(86_400)

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
  /// How long a tool of an MCP server may take.
  public var callTimeout = Duration.seconds(60)
  /// How far detectors may go with results, where the policy does not say.
  public var resultMode = ResultMode.detect
  /// What a person reads.
  public var logger = Logger(label: "controlzero")

  public init(apiKey: String) {
    self.apiKey = apiKey
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
