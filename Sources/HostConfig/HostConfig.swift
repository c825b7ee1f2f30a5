public import Wire

/// The MCP servers in a host's config, and edits of the config that leave every other byte as it is.
///
/// Supported formats:
/// - JSON, with comments and trailing commas: `mcpServers` (Claude, Cursor, Windsurf, Gemini, LM Studio …), `servers` (VS
///   Code), `context_servers` (Zed), `mcp` (opencode, Crush), `amp.mcpServers`, and the projects in Claude Code's own file.
/// - TOML: `[mcp_servers.NAME]` (Codex), `[[mcp_servers]]` (Mistral Vibe).
/// - YAML: `extensions` (Goose), `mcpServers` (Continue, LibreChat), `mcp_servers` (Hermes), `mcp: servers:` (fast-agent,
///   mcp-agent).
public struct HostConfig: Sendable {
  /// The maximum size of a config, in bytes.
  public static let maxBytes = 16 << 20

  public enum Format: Sendable {
    case json, toml, yaml
    /// Crush's `crushrc`, which is recognized but not read.
    case script

    /// Determines the format by the suffix of a file name.
    public init(fileName: String) {
      let endings: [(String, Format)] = [(".toml", .toml), (".yaml", .yaml), (".yml", .yaml), ("crushrc", .script)]
      self = endings.first { fileName.hasSuffix($0.0) }?.1 ?? .json
    }

    /// The message for a file without servers. It names the members that were searched, because the host may use another.
    public var nothingFound: String {
      let members =
        switch self {
        case .json, .script: "`mcpServers`, `servers`, `context_servers` or `mcp`"
        case .toml: "`mcp_servers`"
        case .yaml: "`mcpServers`, `mcp_servers`, `extensions` or `mcp: servers:`"
        }
      return "there is no MCP server in it: nothing in \(members)"
    }
  }

  public let bytes: [UInt8]
  public let format: Format
  /// The servers, in the order of the file.
  public let servers: [ServerEntry]

  /// Throws if the text is not valid in its format, or if a member that should hold servers has another type.
  public init(_ bytes: [UInt8], format: Format = .json) throws(HostConfigError) {
    self.bytes = bytes
    self.format = format
    switch format {
    case .json: servers = try JSONServers.read(bytes)
    case .toml: servers = try TOMLServers.read(bytes)
    case .yaml: servers = try YAMLServers.read(bytes)
    case .script:
      throw HostConfigError("scripts are not read: put `czproxy run … --` in front of its servers' commands by hand")
    }
  }

  // MARK: Changes

  /// The file after `edits`.
  public func edited(_ edits: [ByteEdit]) -> [UInt8] {
    ByteEdit.apply(edits.sorted { $0.range.lowerBound < $1.range.lowerBound }, to: bytes[...])
  }

  /// Whether another config has the same servers in the same order, each with the same own command, wrapped or not.
  ///
  /// No edit may change that. Callers check the result of every edit before they write it, because only reading the new
  /// text shows what the edit means.
  public func hasSameServers(as other: HostConfig) -> Bool {
    servers.elementsEqual(other.servers) { $0.isSameServer(as: $1) }
  }

  /// The edits that put czproxy in front of a server's command, or replace the czproxy that is there; empty if the server
  /// can't be wrapped.
  ///
  /// - Parameters:
  ///   - program: the path of czproxy.
  ///   - options: the options of `czproxy run`, without `--`.
  public func wrap(_ server: ServerEntry, program: String, options: [String]) -> [ByteEdit] {
    guard let parts = server.parts else { return [] }
    let words = ["run"] + options + ["--"]
    switch server.launch {
    case .remote, .builtIn, .unusable:
      return []
    case .wrapped where server.hasURL:
      return []
    case .wrapped(let wrapping):
      // The server's own command already follows the old `--`.
      let last = parts.elements[wrapping.options.count + 1]
      let replaced = parts.elements[0].lowerBound..<last.upperBound
      return [
        ByteEdit(range: parts.command, replacement: Self.literal(program)),
        ByteEdit(range: replaced, replacement: Array(words.map(Self.literal).joined(separator: parts.separator))),
      ]
    case .command:
      let command = Array(bytes[parts.command])
      let separator = parts.separator
      if parts.isList {
        let place = parts.command.lowerBound
        let list = ([program] + words).map(Self.literal) + [[]]
        return [ByteEdit(range: place..<place, replacement: Array(list.joined(separator: separator)))]
      }
      var list = Array((words.map(Self.literal) + [command]).joined(separator: separator))
      guard let arguments = parts.arguments else {
        list = Self.literal(program) + parts.missingArguments + list + [UInt8(ascii: "]")]
        return [ByteEdit(range: parts.command, replacement: list)]
      }
      let place = parts.elements.first?.lowerBound ?? arguments.lowerBound + 1
      if !parts.elements.isEmpty { list += separator }
      return [
        ByteEdit(range: parts.command, replacement: Self.literal(program)),
        ByteEdit(range: place..<place, replacement: list),
      ]
    }
  }

  /// The edits that restore the server's own command; empty if the server is not wrapped.
  public func unwrap(_ server: ServerEntry) -> [ByteEdit] {
    guard let parts = server.parts, case .wrapped(let wrapping) = server.launch else { return [] }
    let command = parts.elements[wrapping.options.count + 2]
    if parts.isList {
      return [ByteEdit(range: parts.command.lowerBound..<command.lowerBound, replacement: [])]
    }
    let own = ByteEdit(range: parts.command, replacement: Array(bytes[command]))
    let rest = parts.elements.dropFirst(wrapping.options.count + 3)
    let first = parts.elements[0].lowerBound
    if let next = rest.first { return [own, ByteEdit(range: first..<next.lowerBound, replacement: [])] }
    if let colon = parts.argumentsColon {
      // A block list without its elements would be a null.
      let lines = first - parts.separator.count..<command.upperBound
      return [
        own, ByteEdit(range: colon..<colon, replacement: Array(" []".utf8)), ByteEdit(range: lines, replacement: []),
      ]
    }
    let (ours, end) = (parts.missingArguments, parts.command.upperBound)
    if let arguments = parts.arguments, bytes[end...].starts(with: ours), end + ours.count == first,
      command.upperBound == arguments.upperBound - 1
    {
      return [own, ByteEdit(range: end..<arguments.upperBound, replacement: [])]
    }
    return [own, ByteEdit(range: first..<command.upperBound, replacement: [])]
  }

  private static func literal(_ text: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.string(text)
    return writer.bytes
  }
}
