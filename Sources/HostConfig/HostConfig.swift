public import Wire

/// The MCP servers in the config of a host, and changes of it that leave every other byte as it is.
///
/// Understood are the JSON files that hosts keep: `mcpServers` (Claude, Cursor, Windsurf, Gemini, LM Studio …),
/// `servers` (VS Code), `context_servers` (Zed), `mcp` (opencode, Crush), `amp.mcpServers`, and the projects in Claude
/// Code's own file; with comments and commas behind the last element. The TOML of Codex, `[mcp_servers.NAME]`, and of
/// Mistral Vibe, `[[mcp_servers]]`. And YAML: `extensions` (Goose), `mcpServers` (Continue, LibreChat), `mcp_servers`
/// (Hermes), `mcp: servers:` (fast-agent, mcp-agent).
public struct HostConfig: Sendable {
  /// The most that is read, in bytes.
  public static let maxBytes = 16 << 20

  public enum Format: Sendable {
    case json, toml, yaml
    /// Crush's `crushrc`: told apart, and not read.
    case script

    /// By the ending of a file's name.
    public init(fileName: String) {
      let endings: [(String, Format)] = [(".toml", .toml), (".yaml", .yaml), (".yml", .yaml), ("crushrc", .script)]
      self = endings.first { fileName.hasSuffix($0.0) }?.1 ?? .json
    }

    /// What is said of a file without servers: it may be one that keeps them elsewhere.
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
  /// In the order of the file.
  public let servers: [ServerEntry]

  /// Throws where the text is not of its format, and where what should hold the servers does not.
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

  /// The file with `edits` made in it.
  public func edited(_ edits: [ByteEdit]) -> [UInt8] {
    ByteEdit.apply(edits.sorted { $0.range.lowerBound < $1.range.lowerBound }, to: bytes[...])
  }

  /// Whether another text has the same servers in the same order, each with its own command, wrapped or not: what no edit
  /// may change. Asked of every edit before it is written, as the last word on what a file means is its reader's.
  public func hasSameServers(as other: HostConfig) -> Bool {
    servers.elementsEqual(other.servers) { $0.isSameServer(as: $1) }
  }

  /// Puts czproxy in front of a server's command, or in the place of the czproxy that is there; none where nothing can
  /// be done.
  ///
  /// - Parameters:
  ///   - program: the path of czproxy.
  ///   - options: of `czproxy run`, without `--`.
  public func wrap(_ server: ServerEntry, program: String, options: [String]) -> [ByteEdit] {
    guard let parts = server.parts else { return [] }
    let words = ["run"] + options + ["--"]
    switch server.launch {
    case .remote, .builtIn, .unusable:
      return []
    case .wrapped where server.hasURL:
      return []
    case .wrapped(let wrapping):
      // What stands behind the old `--` is the command already.
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

  /// Puts the server's own command back; none where czproxy does not stand in front of it.
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
      // Without its dashes, what is left would be a null.
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
