import Wire
import YAML

/// Reads the servers of a YAML config: a mapping from names to servers, or a list of servers with a `name` each.
///
/// With an anchor, a tag, an alias or a merge key, an edit could change more than the intended server, or a server could
/// be another one than the text shows. A server is left alone if it or its command has one of these.
struct YAMLServers {
  private let bytes: [UInt8]
  private let lines: LineIndex

  static func read(_ bytes: [UInt8]) throws(HostConfigError) -> [ServerEntry] {
    let lines = LineIndex(bytes[...])
    guard let root = try YAMLTreeReader.read(bytes, lines), !root.isNull else { return [] }
    return try YAMLServers(bytes: bytes, lines: lines).servers(in: root)
  }

  private func failure(_ message: String, at node: YAMLNode) -> HostConfigError {
    HostConfigError(message, at: TextPlace(of: node.range.lowerBound, in: lines))
  }

  // MARK: Where servers are

  private func servers(in root: YAMLNode) throws(HostConfigError) -> [ServerEntry] {
    guard case .mapping = root.content else { throw failure("it is not a mapping", at: root) }
    var servers: [ServerEntry] = []
    for (key, value) in try members(of: root) {
      switch key.text {
      case "mcpServers", "mcp_servers":
        servers += try self.servers(in: value, named: key, isGoose: false)
      case "extensions":
        servers += try self.servers(in: value, named: key, isGoose: true)
      case "mcp":
        try refuseAlias(value, named: key)
        guard case .mapping = value.content else { continue }
        for (key, value) in try members(of: value) where key.text == "servers" {
          servers += try self.servers(in: value, named: key, isGoose: false)
        }
      case let other:
        let name = Array((other ?? "").utf8)
        if ServerSource.isGroupLookAlike(name[...]) { throw failure(ServerSource.lookAlike(name[...]), at: key) }
      }
    }
    return servers
  }

  private func refuseAlias(_ node: YAMLNode, named key: YAMLNode) throws(HostConfigError) {
    if case .alias = node.content { throw failure("`\(key.text ?? "")` is an alias, which is not followed", at: node) }
    guard !node.isMarked else { throw failure("`\(key.text ?? "")` has an anchor or a tag", at: node) }
  }

  private func servers(
    in node: YAMLNode, named key: YAMLNode, isGoose: Bool
  ) throws(HostConfigError) -> [ServerEntry] {
    try refuseAlias(node, named: key)
    switch node.content {
    case .mapping:
      var servers: [ServerEntry] = []
      for (key, value) in try members(of: node) {
        servers.append(entry(key.text ?? "", at: key, source(value, isGoose: isGoose).source))
      }
      return servers
    case .list(let nodes):
      return nodes.map { node in
        var (source, name) = source(node, isGoose: isGoose)
        if name == nil, source.problem == nil { source.problem = "it has no `name`" }
        return entry(name ?? "", at: node, source)
      }
    default:
      guard node.isNull else {
        throw failure("`\(key.text ?? "")` is neither a mapping nor a list", at: node)
      }
      return []
    }
  }

  private func entry(_ name: String, at node: YAMLNode, _ source: ServerSource) -> ServerEntry {
    ServerEntry(name: name, place: TextPlace(of: node.range.lowerBound, in: lines), source, in: bytes)
  }

  /// The members of a mapping; empty for any other value. Throws for a repeated key, a merge key, and a key that is not a
  /// scalar or has an anchor or a tag.
  private func members(of node: YAMLNode) throws(HostConfigError) -> [(key: YAMLNode, value: YAMLNode)] {
    guard case .mapping(let members) = node.content else { return [] }
    var seen = Set<[UInt8]>()
    for (key, _) in members {
      guard case .scalar(let bytes, _) = key.content, !key.isMarked else {
        throw failure("this key is no text by itself", at: key)
      }
      guard !bytes.elementsEqual("<<".utf8) else {
        throw failure("`<<` merges another mapping, which is not followed", at: key)
      }
      guard seen.insert(bytes).inserted else {
        throw failure("`\(DisplayText.escaped(bytes))` is there twice", at: key)
      }
    }
    return members
  }

  // MARK: One server

  private typealias Member = (key: YAMLNode, value: YAMLNode)

  private func source(_ node: YAMLNode, isGoose: Bool) -> (source: ServerSource, name: String?) {
    var source = ServerSource()
    var name: String?
    do throws(HostConfigError) {
      guard case .mapping = node.content else {
        if case .alias = node.content { throw failure("it is an alias, which is not followed", at: node) }
        throw failure("it is not a mapping", at: node)
      }
      guard !node.isMarked else { throw failure("it has an anchor or a tag", at: node) }
      var command: Member?
      var arguments: Member?
      for member in try members(of: node) {
        switch member.key.text {
        case "name": name = member.value.text
        case "command" where !isGoose, "cmd" where isGoose: command = member
        case "args": arguments = member
        default: try take(member.key.text ?? "", member.value, into: &source, isGoose: isGoose)
        }
      }
      if isGoose { try settleType(&source, of: node) }
      if let command, !command.value.isNull, !source.isBuiltIn, !isGoose || source.type == "stdio" {
        try take(command, arguments, of: node, into: &source)
      }
    } catch {
      source.problem = "\(error.message)\(error.place.map { " (\($0.line):\($0.column))" } ?? "")"
    }
    return (source, name)
  }

  /// Takes a member other than the command and its arguments.
  private func take(
    _ key: String, _ value: YAMLNode, into source: inout ServerSource, isGoose: Bool
  ) throws(HostConfigError) {
    switch key {
    case "type": source.type = value.text ?? ""
    case "env" where !isGoose, "envs" where isGoose:
      if case .alias = value.content { source.hasVariablesElsewhere = true }
      guard case .mapping(let members) = value.content else { return }
      source.variables += members.compactMap(\.key.text)
      if members.contains(where: { $0.key.text == "<<" || $0.key.text == nil }) { source.hasVariablesElsewhere = true }
    case "env_keys" where isGoose:
      if case .list(let names) = value.content { source.variables += names.compactMap(\.text) }
    case "envFile":
      source.hasVariablesElsewhere = true
    case "target":
      // fast-agent: a URL, or a command line in one text.
      guard let target = value.text, target.hasPrefix("http://") || target.hasPrefix("https://") else {
        throw failure("its `target` is a command line: write it as `command` and `args`", at: value)
      }
      source.hasURL = true
    case "uses":
      throw failure("it is kept elsewhere, and only named here (`uses`)", at: value)
    case let key where ServerSource.urlKeys.contains(key):
      if let url = value.text, !url.isEmpty { source.hasURL = true }
    default:
      let name = Array(key.utf8)
      guard !ServerSource.isLookAlike(name[...]) else { throw failure(ServerSource.lookAlike(name[...]), at: value) }
    }
  }

  /// Goose decides by `type` alone whether a server has a command or a URL.
  private func settleType(_ source: inout ServerSource, of node: YAMLNode) throws(HostConfigError) {
    switch source.type {
    case "stdio": source.hasURL = false
    case "sse", "streamable_http": source.hasURL = true
    case "builtin", "platform", "frontend": source.isBuiltIn = true
    default: throw failure("its `type` is none that is known to start a program", at: node)
    }
  }

  // MARK: Its command

  private func take(
    _ command: Member, _ arguments: Member?, of server: YAMLNode, into source: inout ServerSource
  ) throws(HostConfigError) {
    try refuseMarks(on: command, named: "command")
    source.command = ServerSource.Value(range: command.value.range, text: command.value.text)
    source.commandElements = elements(of: command.value)
    source.commandHasDashes = !command.value.isFlow
    if let arguments {
      try refuseMarks(on: arguments, named: "args")
      source.arguments = arguments.value.range
      source.elements = elements(of: arguments.value)
      if !arguments.value.isFlow { source.argumentsColon = try behindColon(of: arguments.key) }
    }
    if let missing = missingArguments(behind: command, of: server) {
      source.missingArguments = missing
    } else if arguments == nil {
      throw failure("something stands before `command` on its line", at: command.key)
    }
    guard case .scalar(let text, let style) = command.value.content else { return }
    // `wrap` moves the command into a flow list.
    guard style != .block, !bytes[command.value.range].contains(UInt8(ascii: "\n")) else {
      throw failure("its `command` takes more than one line", at: command.value)
    }
    guard style == .quoted || server.isFlow || source.argumentsColon != nil || Self.isPlainInFlow(text) else {
      throw failure("its `command` would mean something else between brackets: put it in quotes", at: command.value)
    }
  }

  private func refuseMarks(on member: Member, named name: String) throws(HostConfigError) {
    if case .alias = member.value.content {
      throw failure("its `\(name)` is an alias, which is not followed", at: member.value)
    }
    guard !member.value.isMarked else { throw failure("its `\(name)` has an anchor or a tag", at: member.value) }
    _ = try behindColon(of: member.key)
  }

  /// The elements of a list; nil for any other value.
  private func elements(of node: YAMLNode) -> [ServerSource.Value]? {
    guard case .list(let nodes) = node.content else { return nil }
    return nodes.map { ServerSource.Value(range: $0.range, text: $0.text) }
  }

  /// Whether a plain scalar in block style means the same in flow style, where these characters end it.
  private static func isPlainInFlow(_ text: [UInt8]) -> Bool {
    text.first != UInt8(ascii: ":") && !text.contains { ",[]{}?".utf8.contains($0) }
  }

  /// The offset after the colon of a key. A key after a question mark has no colon there.
  private func behindColon(of key: YAMLNode) throws(HostConfigError) -> Int {
    let blank = bytes[key.range.upperBound...].prefix { $0 == 0x20 || $0 == 0x09 }
    guard blank.endIndex < bytes.count, bytes[blank.endIndex] == UInt8(ascii: ":") else {
      throw failure("no colon stands behind this key", at: key)
    }
    return blank.endIndex + 1
  }

  /// The text to insert for missing arguments; nil if the line of the command can't be imitated.
  private func missingArguments(behind command: Member, of server: YAMLNode) -> [UInt8]? {
    let key = command.key.range.lowerBound
    guard !server.isFlow else { return LineBreak.comma(before: key, in: bytes) + Array(#""args": [ "#.utf8) }
    // The first key of a list element follows the dash, and further keys align with the first.
    let start = bytes[..<key].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? YAMLEvents.start(of: bytes)
    guard bytes[start..<key].allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }) else {
      return nil
    }
    let end = bytes[key...].firstIndex(of: UInt8(ascii: "\n")) ?? start - 1
    let hasReturn = end > 0 && bytes[end - 1] == UInt8(ascii: "\r")
    return Array((hasReturn ? "\r\n" : "\n").utf8) + Array(repeating: UInt8(ascii: " "), count: key - start)
      + Array("args: [ ".utf8)
  }
}
