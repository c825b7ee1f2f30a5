import Wire

/// Reads the servers of a JSON config, which may have comments.
enum JSONServers {
  /// Some hosts keep histories in the same file, with texts that are cut within a character.
  private static let options: JSONOptions = [.document, .loneSurrogates]

  static func read(_ bytes: [UInt8]) throws(HostConfigError) -> [ServerEntry] {
    let lines = LineIndex(bytes[...])
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: RelaxedJSON.strict(bytes)[...], options: options)
    } catch {
      throw HostConfigError("it is not JSON: \(error.code.rawValue)", at: TextPlace(of: error.offset, in: lines))
    }
    guard document.kind(of: document.root) == .object else {
      throw HostConfigError("it is not a JSON object")
    }
    for (key, _) in document.members(of: document.root) where ServerSource.isGroupLookAlike(document.text(key)) {
      let place = TextPlace(of: document.range(of: key).lowerBound, in: lines)
      throw HostConfigError(ServerSource.lookAlike(document.text(key)), at: place)
    }
    var servers: [ServerEntry] = []
    for group in try groups(in: document, lines) {
      for (key, value) in document.members(of: group.node) {
        // Gemini CLI also keeps other settings under `mcp`.
        if group.hasOthers, document.kind(of: value) != .object { continue }
        servers.append(
          ServerEntry(
            name: String(decoding: document.text(key), as: UTF8.self), project: group.project,
            place: TextPlace(of: document.range(of: key).lowerBound, in: lines), source(value, in: document, bytes),
            in: bytes))
      }
    }
    return servers
  }

  // MARK: Where servers are

  private typealias Group = (node: JSONDocument.Node, project: String?, hasOthers: Bool)

  private static func groups(in document: JSONDocument, _ lines: LineIndex) throws(HostConfigError) -> [Group] {
    var groups: [Group] = []
    func add(
      _ key: StaticString, of node: JSONDocument.Node?, project: String? = nil, hasOthers: Bool = false
    ) throws(HostConfigError) {
      guard let node, let found = document.member(key, of: node), document.kind(of: found) != .null else { return }
      guard document.kind(of: found) == .object else {
        let place = TextPlace(of: document.range(of: found).lowerBound, in: lines)
        throw HostConfigError("`\(key)` is not an object", at: place)
      }
      groups.append((found, project, hasOthers))
    }
    try add("mcpServers", of: document.root)
    try add("servers", of: document.root)
    try add("context_servers", of: document.root)
    try add("amp.mcpServers", of: document.root)
    if let settings = document.member("mcp", of: document.root), document.kind(of: settings) == .object,
      document.member("servers", of: settings) != nil
    {
      try add("servers", of: settings)
    } else {
      try add("mcp", of: document.root, hasOthers: true)
    }
    guard let projects = document.member("projects", of: document.root) else { return groups }
    for (key, value) in document.members(of: projects) {
      try add("mcpServers", of: value, project: String(decoding: document.text(key), as: UTF8.self))
    }
    return groups
  }

  // MARK: One server

  private static func source(
    _ node: JSONDocument.Node, in document: JSONDocument, _ bytes: [UInt8]
  ) -> ServerSource {
    func value(_ node: JSONDocument.Node) -> ServerSource.Value {
      let text = document.string(node).map { String(decoding: $0, as: UTF8.self) }
      return ServerSource.Value(range: document.range(of: node), text: text)
    }
    var source = ServerSource()
    guard document.kind(of: node) == .object else {
      source.problem = "it is not an object"
      return source
    }
    for (key, member) in document.members(of: node) {
      switch String(decoding: document.text(key), as: UTF8.self) {
      case "type": source.type = value(member).text ?? ""
      case "command":
        source.missingArguments =
          LineBreak.comma(before: document.range(of: key).lowerBound, in: bytes) + Array(#""args": [ "#.utf8)
        source.command = value(member)
        source.commandElements = document.kind(of: member) == .array ? document.elements(of: member).map(value) : nil
      case "args":
        source.arguments = document.range(of: member)
        source.elements = document.kind(of: member) == .array ? document.elements(of: member).map(value) : nil
      case "env", "environment":
        let names = document.members(of: member).map { document.text($0.key) }
        source.variables += names.map { String(decoding: $0, as: UTF8.self) }
      case "envFile": source.hasVariablesElsewhere = true
      case let key where ServerSource.urlKeys.contains(key):
        if let url = value(member).text, !url.isEmpty { source.hasURL = true }
      default:
        if ServerSource.isLookAlike(document.text(key)) { source.problem = ServerSource.lookAlike(document.text(key)) }
      }
    }
    return source
  }
}
