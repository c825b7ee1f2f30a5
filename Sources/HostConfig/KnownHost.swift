/// An MCP host, and where it keeps its config.
public struct KnownHost: Sendable, Equatable {
  /// As policies and records call it: `--agent`.
  public let name: String
  /// `~` is the home directory, `.` the working directory, which is the project for some hosts, `$NAME` the directory
  /// that a variable of the environment says.
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
    KnownHost("codex", "./.codex/config.toml", "$CODEX_HOME/config.toml", "~/.codex/config.toml"),
    KnownHost("windsurf", "~/.codeium/windsurf/mcp_config.json"),
    KnownHost("gemini", "./.gemini/settings.json", "~/.gemini/settings.json"),
    KnownHost("zed", "~/.config/zed/settings.json"),
    KnownHost("lm-studio", "~/.lmstudio/mcp.json"),
    KnownHost(
      "opencode", "./opencode.json", "./opencode.jsonc", "~/.config/opencode/opencode.json",
      "~/.config/opencode/opencode.jsonc"),
    KnownHost("mistral-vibe", "./.vibe/config.toml", "$VIBE_HOME/config.toml", "~/.vibe/config.toml"),
    KnownHost("openhands", "$OPENHANDS_PERSISTENCE_DIR/mcp.json", "~/.openhands/mcp.json"),
    KnownHost("kimi", "$KIMI_SHARE_DIR/mcp.json", "~/.kimi/mcp.json"),
  ]

  private init(_ name: String, _ places: String...) {
    self.name = name
    self.places = places
  }

  /// The host that keeps its config at a path; nil for one that is not known.
  ///
  /// - Parameter variable: the value of a variable of the environment.
  public init?(keeping path: String, variable: (String) -> String? = { _ in nil }) {
    func isKept(_ place: String) -> Bool {
      if let moved = Self.moved(place, variable) { return moved.utf8.elementsEqual(path.utf8) }
      return place.utf8.first != UInt8(ascii: "$")
        && path.utf8.reversed().starts(with: place.dropFirst().utf8.reversed())
    }
    guard let host = Self.all.first(where: { $0.places.contains(where: isKept) }) else { return nil }
    self = host
  }

  /// Where its config may be, the project's before the person's.
  ///
  /// - Parameter variable: the value of a variable of the environment.
  public func paths(
    home: String?, workingDirectory: String, variable: (String) -> String? = { _ in nil }
  ) -> [String] {
    places.compactMap { place in
      switch place.utf8.first {
      case UInt8(ascii: "$"): Self.moved(place, variable)
      case UInt8(ascii: "~"): home.map { $0 + place.dropFirst() }
      default: workingDirectory + place.dropFirst()
      }
    }
  }

  /// The path of `$NAME/…`; nil for any other place, and where the variable says no directory.
  private static func moved(_ place: String, _ variable: (String) -> String?) -> String? {
    guard place.utf8.first == UInt8(ascii: "$"), let slash = place.firstIndex(of: "/"),
      let directory = variable(String(place[place.index(after: place.startIndex)..<slash])), !directory.isEmpty
    else { return nil }
    return directory + place[slash...]
  }
}
