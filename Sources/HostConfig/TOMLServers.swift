/// The servers in a config that is TOML 1.0: Codex's tables `[mcp_servers.NAME]`, and the same written with dots; Mistral
/// Vibe's list of tables, `[[mcp_servers]]`, where each says its `name`.
///
/// No tree is made: keys and values are walked over, and what is not about servers is only looked at to find its end.
struct TOMLServers {
  private var reader: TOMLReader
  /// In the order of the file.
  private var found: [(name: String, place: TextPlace, source: ServerSource)] = []
  /// Where each name is in ``found``. By bytes, as TOML tells keys apart.
  private var numbers: [[UInt8]: Int] = [:]
  /// Of the last table of the list, which all that follows is about.
  private var listed: Int?

  static func read(_ bytes: [UInt8]) throws(HostConfigError) -> [ServerEntry] {
    var servers = TOMLServers(reader: TOMLReader(bytes))
    try servers.readFile()
    for number in servers.found.indices where servers.found[number].name.isEmpty {
      servers.found[number].source.problem = "it has no name"
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
        let number = try number(of: path[1], at: start)
        if isList { found[number].source.problem = "it is a list of tables" }
      } else {
        try take(header + (try reader.key()), keyStart: start)
      }
    }
  }

  /// Reads the value of a key, and keeps what is about a server.
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
    let number = if let listed { listed } else { try number(of: path[1], at: keyStart) }
    let keys = path.dropFirst(listed == nil ? 2 : 1)
    let value = try reader.value()
    try reader.endOfLine()
    guard let key = keys.first else {
      found[number].source.problem = "it is written on one line, which is not read here"
      return
    }
    guard keys.count == 1 else {
      if key == "env" { found[number].source.variables += keys.dropFirst().prefix(1) }
      return
    }
    let text = value.text
    switch key {
    case "name" where listed != nil: found[number].name = text ?? ""
    case "type", "transport": found[number].source.type = text ?? ""
    case "command":
      guard found[number].source.command == nil else { throw reader.failure("`command` is there twice", at: keyStart) }
      // The key may be one with dots, `mcp_servers.NAME.command`, in front of which the same stands then.
      let written = reader.bytes[keyStart..<value.range.lowerBound]
      let dotted = written.lastIndex(of: UInt8(ascii: ".")).map { written[...$0] } ?? []
      let line = LineBreak.before(keyStart, in: reader.bytes) ?? [UInt8(ascii: "\n")]
      found[number].source.missingArguments = line + dotted + Array("args = [ ".utf8)
      found[number].source.command = ServerSource.Value(range: value.range, text: text)
      found[number].source.commandElements = value.elements?.map { ServerSource.Value(range: $0.range, text: $0.text) }
    case "args":
      guard found[number].source.arguments == nil else { throw reader.failure("`args` is there twice", at: keyStart) }
      found[number].source.arguments = value.range
      found[number].source.elements = value.elements?.map { ServerSource.Value(range: $0.range, text: $0.text) }
    case "env": found[number].source.variables += value.keys
    case let key where ServerSource.urlKeys.contains(key):
      if let text, !text.isEmpty { found[number].source.hasURL = true }
    default: break
    }
  }

  /// The server of a name, which is there from now on.
  private mutating func number(of name: String, at offset: Int) throws(HostConfigError) -> Int {
    let key = Array(name.utf8)
    if let known = numbers[key] { return known }
    numbers[key] = found.count
    found.append((name, TextPlace(of: offset, in: reader.lines), ServerSource()))
    return found.count - 1
  }
}
