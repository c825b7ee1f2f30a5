public import Wire

/// The MCP servers in the config of a host, and changes of it that leave every other byte as it is.
///
/// Understood are the JSON files that hosts keep: `mcpServers` (Claude, Cursor, Windsurf, Gemini, LM Studio …),
/// `servers` (VS Code), `context_servers` (Zed), and the projects in Claude Code's own file; with comments and commas
/// behind the last element.
public struct HostConfig: Sendable {
  /// The most that is read, in bytes.
  public static let maxBytes = 16 << 20

  public let bytes: [UInt8]
  /// In the order of the file.
  public let servers: [ServerEntry]

  /// Throws where the text is not JSON, and where what should hold the servers is not an object.
  public init(_ bytes: [UInt8]) throws(HostConfigError) {
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: RelaxedJSON.strict(bytes)[...], options: .document)
    } catch {
      throw HostConfigError("it is not JSON: \(error.code.rawValue)", at: TextPlace(of: error.offset, in: bytes))
    }
    self.bytes = bytes
    guard document.kind(of: document.root) == .object else {
      throw HostConfigError("it is not a JSON object")
    }
    var servers: [ServerEntry] = []
    for group in try Self.groups(in: document, bytes) {
      for (key, value) in document.members(of: group.node) {
        let place = TextPlace(of: document.range(of: key).lowerBound, in: bytes)
        servers.append(
          ServerEntry(
            name: String(decoding: document.text(key), as: UTF8.self), project: group.project, place: place, value,
            in: document))
      }
    }
    self.servers = servers
  }

  // MARK: Where servers are

  private typealias Group = (node: JSONDocument.Node, project: String?)

  private static func groups(in document: JSONDocument, _ bytes: [UInt8]) throws(HostConfigError) -> [Group] {
    var groups: [Group] = []
    func add(_ key: StaticString, of node: JSONDocument.Node?, project: String? = nil) throws(HostConfigError) {
      guard let node, let found = document.member(key, of: node) else { return }
      guard document.kind(of: found) == .object else {
        let place = TextPlace(of: document.range(of: found).lowerBound, in: bytes)
        throw HostConfigError("`\(key)` is not an object", at: place)
      }
      groups.append((found, project))
    }
    try add("mcpServers", of: document.root)
    try add("servers", of: document.root)
    try add("context_servers", of: document.root)
    try add("servers", of: document.member("mcp", of: document.root))
    guard let projects = document.member("projects", of: document.root) else { return groups }
    for (key, value) in document.members(of: projects) {
      try add("mcpServers", of: value, project: String(decoding: document.text(key), as: UTF8.self))
    }
    return groups
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
    let rest = parts.elements.dropFirst(wrapping.options.count + 3)
    var removed = parts.elements[0].lowerBound..<(rest.first?.lowerBound ?? command.upperBound)
    let ours = missingArguments(parts)
    if rest.isEmpty, let arguments = parts.arguments, bytes[parts.command.upperBound...].starts(with: ours),
      parts.command.upperBound + ours.count == arguments.lowerBound + 1
    {
      removed = parts.command.upperBound..<arguments.upperBound
    }
    return [
      ByteEdit(range: parts.command, replacement: Array(bytes[command])),
      ByteEdit(range: removed, replacement: []),
    ]
  }

  /// What is written between a command and its arguments where there were none: in a form of our own, so that it can be
  /// taken away again.
  private func missingArguments(_ parts: ServerEntry.Parts) -> [UInt8] {
    [UInt8(ascii: ",")] + (lineBreak(before: parts.commandKey) ?? [UInt8(ascii: " ")]) + Array(#""args":["#.utf8)
  }

  /// What divides the arguments: where each has a line of its own, that too.
  private func separator(_ parts: ServerEntry.Parts) -> [UInt8] {
    [UInt8(ascii: ",")] + (parts.elements.first.flatMap(lineBreak) ?? [UInt8(ascii: " ")])
  }

  /// The line break and the indentation directly before a place; nil where it does not begin a line.
  private func lineBreak(before range: Range<Int>) -> [UInt8]? {
    let before = bytes[..<range.lowerBound]
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
