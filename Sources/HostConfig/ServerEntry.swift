import Wire

/// One MCP server in the config of a host.
public struct ServerEntry: Sendable {
  /// What the host does to reach the server.
  public enum Launch: Equatable, Sendable {
    /// It starts a program.
    case command([String])
    /// It starts czproxy, which starts a program.
    case wrapped(Wrapping)
    /// It talks to a URL.
    case remote
    /// Nothing that can be told, and why.
    case unusable(String)
  }

  /// czproxy in front of a server's command.
  public struct Wrapping: Equatable, Sendable {
    /// The path of czproxy.
    public let program: String
    /// Of `czproxy run`.
    public let options: [String]
    /// The server's own.
    public let command: [String]
  }

  public let name: String
  /// The project that the entry is for, as in Claude Code's own file; nil for all.
  public let project: String?
  /// Of its name in the file.
  public let place: TextPlace
  public let launch: Launch

  /// Where what matters stands in the file.
  struct Parts: Sendable {
    /// The value of `command`.
    let command: Range<Int>
    /// Of its key.
    let commandKey: Range<Int>
    /// The value of `args`; nil where there is none.
    let arguments: Range<Int>?
    let elements: [Range<Int>]
  }

  /// Nil where nothing can be wrapped.
  let parts: Parts?

  // MARK: Reading

  init(name: String, project: String?, place: TextPlace, _ node: JSONDocument.Node, in document: JSONDocument) {
    self.name = name
    self.project = project
    self.place = place
    (launch, parts) = Self.read(node, in: document)
  }

  private static func read(_ node: JSONDocument.Node, in document: JSONDocument) -> (Launch, Parts?) {
    func text(_ node: JSONDocument.Node) -> String {
      String(decoding: document.string(node) ?? Array(document.raw(node)), as: UTF8.self)
    }
    guard document.kind(of: node) == .object else { return (.unusable("it is not an object"), nil) }
    let type = document.member("type", of: node).map(text) ?? "stdio"
    guard let (key, command) = document.members(of: node).first(where: { document.string($0.key, equals: "command") })
    else {
      let isRemote = type != "stdio" || ["url", "serverUrl", "httpUrl"].contains { has($0, node, document) }
      return (isRemote ? .remote : .unusable("it has no `command`"), nil)
    }
    guard type == "stdio" else { return (.remote, nil) }
    guard document.kind(of: command) == .string, document.count(ofBytes: command) > 0 else {
      return (.unusable("its `command` is not a string"), nil)
    }
    let arguments = document.member("args", of: node)
    if let arguments, document.kind(of: arguments) != .array { return (.unusable("its `args` is not a list"), nil) }
    let elements = arguments.map { Array(document.elements(of: $0)) } ?? []
    let words = [text(command)] + elements.map(text)
    let parts = Parts(
      command: document.range(of: command), commandKey: document.range(of: key),
      arguments: arguments.map { document.range(of: $0) }, elements: elements.map { document.range(of: $0) })
    guard isOurs(words) else { return (.command(words), parts) }
    guard let end = words.firstIndex(of: "--"), end + 1 < words.count,
      elements.prefix(end + 1).allSatisfy({
        document.kind(of: $0) == .string
      })
    else { return (.unusable("czproxy stands there without the command of a server"), nil) }
    let wrapping = Wrapping(program: words[0], options: Array(words[2..<end]), command: Array(words[(end + 1)...]))
    return (.wrapped(wrapping), parts)
  }

  private static func has(_ key: String, _ node: JSONDocument.Node, _ document: JSONDocument) -> Bool {
    document.members(of: node).contains { document.string($0.key) == Array(key.utf8) }
  }

  /// Whether a command is ours: a program of our name, that is told to `run`.
  private static func isOurs(_ words: [String]) -> Bool {
    guard words.count > 1, words[1] == "run" else { return false }
    return words[0].utf8.split(separator: UInt8(ascii: "/")).last.map { $0.elementsEqual("czproxy".utf8) } ?? false
  }
}

extension JSONDocument {
  /// Bytes of a string, its quotes left out.
  fileprivate func count(ofBytes node: Node) -> Int { range(of: node).count - 2 }
}
