import Policy
public import Wire

/// The tools that a person has seen and accepted, word for word: what a server says of them later must be the same.
///
/// A model follows what a server says of its tools. A server that is harmless when a person looks at it and describes
/// its tools otherwise afterwards ("rug pull") finds that nobody gets to see that, and that nobody may call them.
/// A lock says nothing about calls of tools that are as they were: that is what policies are for.
public struct ToolsLock: Sendable {
  /// The format of the file, and the key that names it.
  private static let version = 1
  private static let versionKey: StaticString = "czproxy_tools_lock"

  /// The maximum size of a file, in bytes.
  public static let maxBytes = 16 << 20

  /// Why a file can't be used, and where: `LINE:COLUMN: reason`.
  public struct Unusable: Error, Sendable, CustomStringConvertible {
    public let description: String
  }

  let document: JSONDocument
  let tools: [[UInt8]: JSONDocument.Node]
  let instructions: JSONDocument.Node?
  /// The tools that the server last described otherwise, and where: a place in the lock, because a model may read it in a
  /// denial, and a key of the server's would be text that nobody has accepted. Bounded by the tools of the lock.
  private var changed: [[UInt8]: String] = [:]

  // MARK: Files

  /// Parses a file that ``text(of:instructions:)`` made.
  public init(parsing bytes: [UInt8]) throws(Unusable) {
    func unusable(_ reason: String, at offset: Int) -> Unusable {
      let place = LineIndex(bytes[...]).place(of: offset)
      return Unusable(description: "\(place.line):\(place.column): \(reason)")
    }
    let document: JSONDocument
    do {
      var limits = JSONLimits()
      limits.maxBytes = Self.maxBytes
      document = try JSONDocument(parsing: bytes[...], options: .document, limits: limits)
    } catch {
      throw unusable(error.code.rawValue, at: error.offset)
    }
    let root = document.root
    guard let version = document.member(Self.versionKey, of: root) else {
      throw unusable("this is not what `czproxy tools lock` prints", at: 0)
    }
    guard document.raw(version).elementsEqual("\(Self.version)".utf8) else {
      throw unusable("the format is that of another czproxy", at: document.range(of: version).lowerBound)
    }
    guard let list = document.member("tools", of: root), document.kind(of: list) == .array else {
      throw unusable("`tools` must be an array", at: 0)
    }
    instructions = document.member("instructions", of: root)
    var tools: [[UInt8]: JSONDocument.Node] = [:]
    for tool in document.elements(of: list) {
      let offset = document.range(of: tool).lowerBound
      guard let name = document.string("name", of: tool) else {
        throw unusable("a tool has no name", at: offset)
      }
      guard document.values(takenFor: "name", of: tool).count == 1 else {
        throw unusable(
          "the tool `\(DisplayText.escaped(name))` has a key that some readers take for `name`", at: offset)
      }
      guard tools.updateValue(tool, forKey: name) == nil else {
        throw unusable("the tool `\(DisplayText.escaped(name))` stands here twice", at: offset)
      }
    }
    self.document = document
    self.tools = tools
  }

  /// What a file holds: each tool as the server describes it, on a line of its own.
  public static func text(of tools: [JSONDifference.Value], instructions: [UInt8]?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.integer(versionKey, version)
    if let instructions { writer.string("instructions", bytes: instructions) } else { writer.null("instructions") }
    writer.key("tools")
    // The array and the object are closed by hand, because the writer writes no line breaks.
    var text = writer.bytes + Array("[".utf8)
    for (index, tool) in tools.enumerated() {
      text += Array((index == 0 ? "\n" : ",\n").utf8)
      text += tool.document.raw(tool.node)
    }
    return text + Array("\n]}\n".utf8)
  }

  // MARK: A session

  /// The entries of a list that are not as they are locked.
  struct Strangers: Sendable {
    var entries: Set<JSONDocument.Node> = []
    /// The first of them, for a person.
    private var shown: [String] = []

    var report: String? {
      guard !entries.isEmpty else { return nil }
      let more = entries.count - shown.count
      return "not as in the tools lock: \(shown.joined(separator: ", "))\(more > 0 ? " and \(more) more" : ""); "
        + "`czproxy tools diff` shows what is different"
    }

    fileprivate mutating func add(_ entry: JSONDocument.Node, _ text: @autoclosure () -> String) {
      entries.insert(entry)
      if shown.count < 5 { shown.append(text()) }
    }
  }

  /// Learns from one page of a `tools/list` result.
  mutating func examine(_ result: JSONDocument.Node, in other: JSONDocument) -> Strangers {
    var strangers = Strangers()
    for list in other.values(takenFor: "tools", of: result) {
      if other.kind(of: list) != .array { strangers.add(list, "`tools` (not an array)") }
      for entry in other.elements(of: list) {
        let name = other.string("name", of: entry)
        var shown: String { name.map { "`\(DisplayText.escaped($0, limit: 64))`" } ?? "a tool without a name" }
        guard let name, let locked = tools[name] else {
          strangers.add(entry, "\(shown) (new)")
          continue
        }
        let difference = JSONDifference.all(from: (document, locked), to: (other, entry), limit: 1).first
        changed[name] = difference.map { Self.text(of: $0.pathInOld) }
        if let difference { strangers.add(entry, "\(shown) (\(Self.text(of: difference.path)))") }
      }
    }
    return strangers
  }

  /// Why a tool may not be called; nil if it may, as far as the lock is concerned.
  func denial(of tool: [UInt8]) -> Decision? {
    guard tools[tool] != nil else {
      return .notAsLocked(
        "TOOL_NOT_LOCKED",
        "nobody has accepted this tool: it is not in the tools lock; `czproxy tools diff` shows what is new")
    }
    return changed[tool].map { place in
      .notAsLocked(
        "TOOL_CHANGED",
        "the server now describes this tool otherwise than its tools lock\(place.isEmpty ? "" : ", in `\(place)`"); "
          + "`czproxy tools diff` shows how")
    }
  }

  /// The edits that take away instructions of a server (in its answer to `initialize` or `server/discover`) that are not
  /// as they are locked.
  func edits(ofInstructionsIn result: JSONDocument.Node, in other: JSONDocument) -> [ByteEdit] {
    let nothing = Array("\"\"".utf8)
    return other.values(takenFor: "instructions", of: result).filter { found in
      guard !other.raw(found).elementsEqual(nothing) else { return false }
      guard let instructions else { return true }
      return !JSONDifference.all(from: (document, instructions), to: (other, found), limit: 1).isEmpty
    }.map { ByteEdit(range: other.range(of: $0), replacement: nothing) }
  }

  static func text(of path: [[UInt8]]) -> String {
    path.map { DisplayText.escaped($0, limit: 64) }.joined(separator: ".")
  }
}
