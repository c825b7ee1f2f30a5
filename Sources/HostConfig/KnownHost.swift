/// An MCP host, and the places where it keeps its config.
public struct KnownHost: Sendable, Equatable {
  /// The name of the host in policies and records (`--agent`). For hosts that Control Zero's SDK knows, the SDK's name,
  /// so that `clients` of a rule means the same host to both.
  public let name: String
  /// Patterns of paths. `~` is the home directory, `.` the working directory (for some hosts, the project), `$NAME` a
  /// directory or file named by an environment variable, `*` every JSON or YAML file of a directory.
  private let places: [String]

  public static let all = [
    KnownHost(
      "claude-desktop",
      "~/Library/Application Support/Claude/claude_desktop_config.json", "~/.config/Claude/claude_desktop_config.json"),
    KnownHost("claude-code", "./.mcp.json", "$CLAUDE_CONFIG_DIR/.claude.json", "~/.claude.json"),
    KnownHost("cursor", "./.cursor/mcp.json", "~/.cursor/mcp.json"),
    KnownHost(
      "vscode", "./.vscode/mcp.json", "~/.config/Code/User/mcp.json",
      "~/Library/Application Support/Code/User/mcp.json"),
    KnownHost("codex-cli", "./.codex/config.toml", "$CODEX_HOME/config.toml", "~/.codex/config.toml"),
    KnownHost("windsurf", "~/.codeium/windsurf/mcp_config.json"),
    KnownHost("gemini-cli", "./.gemini/settings.json", "~/.gemini/settings.json"),
    KnownHost("zed", "~/.config/zed/settings.json"),
    KnownHost("lm-studio", "~/.lmstudio/mcp.json"),
    KnownHost(
      "opencode", "./opencode.json", "./opencode.jsonc", "~/.config/opencode/opencode.json",
      "~/.config/opencode/opencode.jsonc"),
    KnownHost("mistral-vibe", "./.vibe/config.toml", "$VIBE_HOME/config.toml", "~/.vibe/config.toml"),
    KnownHost("openhands", "$OPENHANDS_PERSISTENCE_DIR/mcp.json", "~/.openhands/mcp.json"),
    KnownHost("kimi", "$KIMI_SHARE_DIR/mcp.json", "~/.kimi/mcp.json"),
    KnownHost(
      "cline",
      "~/.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
      "~/Library/Application Support/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"),
    KnownHost("copilot-cli", "~/.copilot/mcp-config.json"),
    KnownHost("kiro", "./.kiro/settings/mcp.json", "~/.kiro/settings/mcp.json"),
    KnownHost("junie", "./.junie/mcp/mcp.json", "~/.junie/mcp/mcp.json"),
    KnownHost(
      "amp", "./.amp/settings.json", "./.amp/settings.jsonc", "$AMP_SETTINGS_FILE", "~/.config/amp/settings.json",
      "~/.config/amp/settings.jsonc"),
    KnownHost(
      "crush", "./.crush.json", "./crush.json", "./.crushrc", "./crushrc", "$CRUSH_GLOBAL_CONFIG/crush.json",
      "$CRUSH_GLOBAL_CONFIG/crushrc", "$XDG_CONFIG_HOME/crush/crush.json", "$XDG_CONFIG_HOME/crush/crushrc",
      "~/.config/crush/crush.json", "~/.config/crush/crushrc"),
    KnownHost(
      "goose", "$GOOSE_PATH_ROOT/config/config.yaml", "$XDG_CONFIG_HOME/goose/config.yaml",
      "~/.config/goose/config.yaml"),
    KnownHost(
      "continue", "./.continue/mcpServers/*", "$CONTINUE_GLOBAL_DIR/config.yaml", "~/.continue/config.yaml",
      "~/.continue/mcpServers/*"),
    KnownHost(
      "fast-agent", "./fast-agent.yaml", "./fast-agent.config.yaml", "./fastagent.config.yaml",
      "./.fast-agent/fast-agent.yaml", "./.fast-agent/fastagent.config.yaml", "$FAST_AGENT_HOME/fast-agent.yaml",
      "$FAST_AGENT_HOME/fastagent.config.yaml"),
    KnownHost("mcp-agent", "./mcp_agent.config.yaml"),
    KnownHost("librechat", "./librechat.yaml"),
    KnownHost("hermes", "$HERMES_HOME/config.yaml", "~/.hermes/config.yaml"),
  ]

  private init(_ name: String, _ places: String...) {
    self.name = name
    self.places = places
  }

  /// The host that keeps its config at a path; nil if no known host does.
  ///
  /// - Parameter variable: looks up an environment variable.
  public init?(keeping path: String, variable: (String) -> String? = { _ in nil }) {
    func isKept(_ place: String) -> Bool {
      if place.utf8.first == UInt8(ascii: "$") {
        return Self.expanded(place, variable).map { $0.utf8.elementsEqual(path.utf8) } ?? false
      }
      guard place.hasSuffix("/*") else { return Self.ends(path, in: place.dropFirst()) }
      let directory = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[..<$0] } ?? ""
      return Self.isConfig(path) && Self.ends(directory, in: place.dropFirst().dropLast(2))
    }
    guard let host = Self.all.first(where: { $0.places.contains(where: isKept) }) else { return nil }
    self = host
  }

  private static func ends(_ path: some StringProtocol, in place: some StringProtocol) -> Bool {
    path.utf8.reversed().starts(with: place.utf8.reversed())
  }

  /// Whether a file in a directory of configs is a config, by its suffix.
  private static func isConfig(_ name: String) -> Bool {
    [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
  }

  /// The paths where the host's config may be: those of the project before those of the user.
  ///
  /// - Parameters:
  ///   - variable: looks up an environment variable.
  ///   - names: lists the files in a directory.
  public func paths(
    home: String?, workingDirectory: String, variable: (String) -> String? = { _ in nil },
    names: (String) -> [String] = { _ in [] }
  ) -> [String] {
    places.flatMap { place -> [String] in
      let path: String? =
        switch place.utf8.first {
        case UInt8(ascii: "$"): Self.expanded(place, variable)
        case UInt8(ascii: "~"): home.map { $0 + place.dropFirst() }
        default: workingDirectory + place.dropFirst()
        }
      guard let path else { return [] }
      guard place.hasSuffix("/*") else { return [path] }
      let directory = String(path.dropLast(2))
      return names(directory).filter(Self.isConfig).map { "\(directory)/\($0)" }
    }
  }

  /// The path that `$NAME` or `$NAME/…` stands for; nil if the variable is not set or is empty.
  private static func expanded(_ place: String, _ variable: (String) -> String?) -> String? {
    let end = place.firstIndex(of: "/") ?? place.endIndex
    let name = String(place[..<end].dropFirst())
    guard let value = variable(name), !value.isEmpty else { return nil }
    return value + place[end...]
  }
}
