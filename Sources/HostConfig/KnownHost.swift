/// An MCP host, and where it keeps its config.
public struct KnownHost: Sendable, Equatable {
  /// As policies and records call it: `--agent`.
  public let name: String
  /// `~` is the home directory, `.` the working directory, which is the project for some hosts.
  private let places: [String]

  public static let all = [
    KnownHost(
      "claude-desktop",
      "~/Library/Application Support/Claude/claude_desktop_config.json", "~/.config/Claude/claude_desktop_config.json"),
    KnownHost("claude-code", "./.mcp.json", "~/.claude.json"),
    KnownHost("cursor", "./.cursor/mcp.json", "~/.cursor/mcp.json"),
    KnownHost(
      "vscode", "./.vscode/mcp.json", "~/.config/Code/User/mcp.json",
      "~/Library/Application Support/Code/User/mcp.json"),
    KnownHost("codex", "./.codex/config.toml", "~/.codex/config.toml"),
    KnownHost("windsurf", "~/.codeium/windsurf/mcp_config.json"),
    KnownHost("gemini", "./.gemini/settings.json", "~/.gemini/settings.json"),
    KnownHost("zed", "~/.config/zed/settings.json"),
    KnownHost("lm-studio", "~/.lmstudio/mcp.json"),
  ]

  private init(_ name: String, _ places: String...) {
    self.name = name
    self.places = places
  }

  /// The host that keeps its config at a path; nil for one that is not known.
  public init?(keeping path: String) {
    func isKept(_ place: String) -> Bool { path.utf8.reversed().starts(with: place.dropFirst().utf8.reversed()) }
    guard let host = Self.all.first(where: { $0.places.contains(where: isKept) }) else { return nil }
    self = host
  }

  /// Where its config may be, the project's before the person's.
  public func paths(home: String?, workingDirectory: String) -> [String] {
    places.compactMap { place in
      (place.utf8.first == UInt8(ascii: "~") ? home : workingDirectory).map { $0 + place.dropFirst() }
    }
  }
}
