public import Wire

/// The MCP servers in the config of a host, and changes of it that leave every other byte as it is.
///
/// Understood are the JSON files that hosts keep: `mcpServers` (Claude, Cursor, Windsurf, Gemini, LM Studio …),
/// `servers` (VS Code), `context_servers` (Zed), `mcp` (opencode, Crush), `amp.mcpServers`, and the projects in Claude
/// Code's own file; with comments and commas behind the last element. And the TOML of Codex, `[mcp_servers.NAME]`, and of
/// Mistral Vibe, `[[mcp_servers]]`.
public struct HostConfig: Sendable {
  /// The most that is read, in bytes.
  public static let maxBytes = 16 << 20

  public enum Format: Sendable {
    case json, toml
    /// Goose, fast-agent, Continue …: told apart, and not read.
    case yaml

    /// By the ending of a file's name.
    public init(fileName: String) {
      let isYAML = fileName.hasSuffix(".yaml") || fileName.hasSuffix(".yml")
      self = fileName.hasSuffix(".toml") ? .toml : isYAML ? .yaml : .json
    }

    /// What is said of a file without servers: it may be one that keeps them elsewhere.
    public var nothingFound: String {
      let members = self == .toml ? "`mcp_servers`" : "`mcpServers`, `servers`, `context_servers` or `mcp`"
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
    case .yaml:
      throw HostConfigError("YAML is not read here: put `czproxy run … --` in front of its servers' commands by hand")
    }
  }

  // MARK: Changes

  /// The file with `edits` made in it.
  public func edited(_ edits: [ByteEdit]) -> [UInt8] {
    ByteEdit.apply(edits.sorted { $0.range.lowerBound < $1.range.lowerBound }, to: bytes[...])
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
    case .remote, .unusable:
      return []
    case .wrapped where server.hasURL:
      return []
    case .wrapped(let wrapping):
      // What stands behind the old `--` is the command already.
      let last = parts.elements[wrapping.options.count + 1]
      let replaced = parts.elements[0].lowerBound..<last.upperBound
      return [
        ByteEdit(range: parts.command, replacement: Self.literal(program)),
        ByteEdit(range: replaced, replacement: Array(words.map(Self.literal).joined(separator: separator(parts)))),
      ]
    case .command:
      let command = Array(bytes[parts.command])
      let separator = separator(parts)
      if parts.isList {
        let place = parts.command.lowerBound
        let list = ([program] + words).map(Self.literal) + [[]]
        return [ByteEdit(range: place..<place, replacement: Array(list.joined(separator: separator)))]
      }
      var list = Array((words.map(Self.literal) + [command]).joined(separator: separator))
      guard let arguments = parts.arguments else {
        list = Self.literal(program) + missingArguments(parts) + list + [UInt8(ascii: "]")]
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
    let rest = parts.elements.dropFirst(wrapping.options.count + 3)
    var removed = parts.elements[0].lowerBound..<(rest.first?.lowerBound ?? command.upperBound)
    let ours = missingArguments(parts)
    if rest.isEmpty, let arguments = parts.arguments, bytes[parts.command.upperBound...].starts(with: ours),
      parts.command.upperBound + ours.count == parts.elements[0].lowerBound,
      command.upperBound == arguments.upperBound - 1
    {
      removed = parts.command.upperBound..<arguments.upperBound
    }
    return [
      ByteEdit(range: parts.command, replacement: Array(bytes[command])),
      ByteEdit(range: removed, replacement: []),
    ]
  }

  /// What is written between a command and its arguments where there were none. A space on one side of the list is a form
  /// that no list has that was there before, so that this one can be taken away again.
  private func missingArguments(_ parts: ServerEntry.Parts) -> [UInt8] {
    let line = lineBreak(before: parts.commandKey)
    switch format {
    case .json, .yaml:
      return [UInt8(ascii: ",")] + (line ?? [UInt8(ascii: " ")]) + Array(#""args": [ "#.utf8)
    case .toml:
      // The key may be one with dots, `mcp_servers.NAME.command`, in front of which the same stands then.
      let key = bytes[parts.commandKey..<parts.command.lowerBound]
      let dotted = key.lastIndex(of: UInt8(ascii: ".")).map { key[...$0] } ?? []
      return (line ?? [UInt8(ascii: "\n")]) + dotted + Array("args = [ ".utf8)
    }
  }

  /// What divides the arguments: where each has a line of its own, that too.
  private func separator(_ parts: ServerEntry.Parts) -> [UInt8] {
    let first = parts.isList ? parts.command : parts.elements.first
    return [UInt8(ascii: ",")] + ((first?.lowerBound).flatMap(lineBreak) ?? [UInt8(ascii: " ")])
  }

  /// The line break and the indentation directly before a place; nil where it does not begin a line.
  private func lineBreak(before place: Int) -> [UInt8]? {
    let before = bytes[..<place]
    let indentation = before.reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
    let line = before.dropLast(indentation)
    guard line.last == UInt8(ascii: "\n") else { return nil }
    let end = line.dropLast().last == UInt8(ascii: "\r") ? 2 : 1
    return Array(before.suffix(indentation + end))
  }

  private static func literal(_ text: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.string(text)
    return writer.bytes
  }
}
