/// Reads the servers of a TOML 1.0 config: Codex's tables `[mcp_servers.NAME]`, also with dotted keys, and Mistral Vibe's
/// array of tables `[[mcp_servers]]`, each with a `name`.
///
/// Builds no tree: everything that does not concern servers is only scanned to find its end.
struct TOMLServers {
  private var reader: TOMLReader
  /// The servers, in the order of the file.
  private var found: [(name: String, place: TextPlace, source: ServerSource)] = []
  /// The index of each name in ``found``. TOML distinguishes keys by their bytes.
  private var indices: [[UInt8]: Int] = [:]
  /// The index of the current table of the array of tables, which all further keys belong to.
  private var listed: Int?

  static func read(_ bytes: [UInt8]) throws(HostConfigError) -> [ServerEntry] {
    var servers = TOMLServers(reader: TOMLReader(bytes))
    try servers.readFile()
    for index in servers.found.indices where servers.found[index].name.isEmpty {
      servers.found[index].source.problem = "it has no name"
    }
    return servers.found.map { ServerEntry(name: $0.name, place: $0.place, $0.source, in: bytes) }
  }

  private static let table = "mcp_servers"

  private mutating func readFile() throws(HostConfigError) {
    var header: [String] = []
    while true {
      reader.skipSpaceAndLines()
      guard let byte = reader.next else { return }
      let start = reader.position
      if byte == UInt8(ascii: "[") {
        let (path, isList) = try reader.header()
        header = path
        if path == [Self.table], isList {
          listed = found.count
          var source = ServerSource()
          source.splitsCommand = true
          found.append(("", TextPlace(of: start, in: reader.lines), source))
        }
        guard listed == nil else { continue }
        guard path.first == Self.table, path.count == 2 else { continue }
        let index = try index(of: path[1], at: start)
        if isList { found[index].source.problem = "it is a list of tables" }
      } else {
        try take(header + (try reader.key()), keyStart: start)
      }
    }
  }

  /// Reads the value of a key, and keeps it if it concerns a server.
  private mutating func take(_ path: [String], keyStart: Int) throws(HostConfigError) {
    guard path.first == Self.table else {
      _ = try reader.value()
      return try reader.endOfLine()
    }
    guard path.count > 1 else {
      guard try reader.value().elements?.isEmpty == true else {
        throw reader.failure("`\(Self.table)` is not a table of its own", at: keyStart)
      }
      return try reader.endOfLine()
    }
    let index = if let listed { listed } else { try index(of: path[1], at: keyStart) }
    let keys = path.dropFirst(listed == nil ? 2 : 1)
    let value = try reader.value()
    try reader.endOfLine()
    guard let key = keys.first else {
      found[index].source.problem = "it is written on one line, which is not read here"
      return
    }
    guard keys.count == 1 else {
      if key == "env" { found[index].source.variables += keys.dropFirst().prefix(1) }
      return
    }
    let text = value.text
    switch key {
    case "name" where listed != nil: found[index].name = text ?? ""
    case "type", "transport": found[index].source.type = text ?? ""
    case "command":
      guard found[index].source.command == nil else { throw reader.failure("`command` is there twice", at: keyStart) }
      // A dotted key, `mcp_servers.NAME.command`, needs the same prefix for `args`.
      let written = reader.bytes[keyStart..<value.range.lowerBound]
      let dotted = written.lastIndex(of: UInt8(ascii: ".")).map { written[...$0] } ?? []
      let line = LineBreak.before(keyStart, in: reader.bytes) ?? [UInt8(ascii: "\n")]
      found[index].source.missingArguments = line + dotted + Array("args = [ ".utf8)
      found[index].source.command = ServerSource.Value(range: value.range, text: text)
      found[index].source.commandElements = value.elements?.map { ServerSource.Value(range: $0.range, text: $0.text) }
    case "args":
      guard found[index].source.arguments == nil else { throw reader.failure("`args` is there twice", at: keyStart) }
      found[index].source.arguments = value.range
      found[index].source.elements = value.elements?.map { ServerSource.Value(range: $0.range, text: $0.text) }
    case "env": found[index].source.variables += value.keys
    case let key where ServerSource.urlKeys.contains(key):
      if let text, !text.isEmpty { found[index].source.hasURL = true }
    default: break
    }
  }

  /// The index of the server with a name; adds the server if it is new.
  private mutating func index(of name: String, at offset: Int) throws(HostConfigError) -> Int {
    let key = Array(name.utf8)
    if let known = indices[key] { return known }
    indices[key] = found.count
    found.append((name, TextPlace(of: offset, in: reader.lines), ServerSource()))
    return found.count - 1
  }
}
