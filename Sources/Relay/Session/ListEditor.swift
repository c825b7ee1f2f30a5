import Wire

/// Edits a list that a server sends (MCP, `tools/list` and its sisters): removes entries, overrides annotations. Every
/// other byte, including cursors, stays as it came.
struct ListEditor {
  /// Where a list is in its result, and the key that identifies its entries.
  struct Shape: Sendable {
    let member: StaticString
    let key: StaticString

    static let tools = Shape(member: "tools", key: "name")
    static let prompts = Shape(member: "prompts", key: "name")
    static let resources = Shape(member: "resources", key: "uri")
    static let templates = Shape(member: "resourceTemplates", key: "uriTemplate")
  }

  private let document: JSONDocument
  private(set) var edits: [ByteEdit] = []
  /// The number of entries that were removed.
  private(set) var removed = 0

  /// - Parameters:
  ///   - isHidden: whether an entry is removed, given every value that some reader takes for its name; asked also of a
  ///     list that is not an array.
  ///   - hints: those that replace the server's own for a tool with this name.
  init(
    _ result: JSONDocument.Node, _ shape: Shape, in document: JSONDocument,
    isHidden: (JSONDocument.Node, [[UInt8]]) -> Bool, hints: ([UInt8]) -> [(name: String, value: Bool)]
  ) {
    self.document = document
    for list in document.values(takenFor: shape.member, of: result) {
      if document.kind(of: list) != .array, isHidden(list, []) {
        // Some host may read it all the same.
        edits.append(ByteEdit(range: document.range(of: list), replacement: Array("[]".utf8)))
        removed += 1
      }
      let entries = Array(document.elements(of: list)).map { entry in
        (node: entry, names: document.values(takenFor: shape.key, of: entry).compactMap { document.string($0) })
      }
      let isKept = entries.map { !isHidden($0.node, $0.names) }
      remove(entries.map { document.range(of: $0.node) }, isKept)
      for (entry, isKept) in zip(entries, isKept) where isKept {
        annotate(entry.node, entry.names.lazy.map(hints).first { !$0.isEmpty } ?? [])
      }
    }
    guard !edits.isEmpty else { return }
    // What was edited for one host must not be cached for another.
    if let scope = document.member("cacheScope", of: result), document.string(scope, equals: "public") {
      edits.append(ByteEdit(range: document.range(of: scope), replacement: Array("\"private\"".utf8)))
    }
    edits.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// Each run of removed entries goes with one of the commas beside it.
  private mutating func remove(_ ranges: [Range<Int>], _ isKept: [Bool]) {
    removed += isKept.count { !$0 }
    var index = 0
    while index < ranges.count {
      guard !isKept[index] else {
        index += 1
        continue
      }
      let first = index
      while index < ranges.count, !isKept[index] { index += 1 }
      let start: Int
      let end: Int
      if first > 0 {
        (start, end) = (ranges[first - 1].upperBound, ranges[index - 1].upperBound)
      } else {
        (start, end) = (
          ranges[first].lowerBound, index < ranges.count ? ranges[index].lowerBound : ranges[index - 1].upperBound
        )
      }
      edits.append(ByteEdit(range: start..<end, replacement: []))
    }
  }

  private typealias Hints = [(name: String, value: Bool)]

  private mutating func annotate(_ tool: JSONDocument.Node, _ hints: Hints) {
    guard !hints.isEmpty, document.kind(of: tool) == .object else { return }
    // Some hosts take other spellings of a key for it, and of two the last one.
    var isAnnotated = false
    for (key, value) in document.members(of: tool) {
      let isSpeltSo = document.string(key, equals: "annotations")
      guard isSpeltSo || LookAlike.isLookAlike(document.text(key), of: "annotations") else { continue }
      isAnnotated = isAnnotated || isSpeltSo
      set(hints, in: value)
    }
    guard !isAnnotated else { return }
    let end = document.range(of: tool).upperBound - 1
    edits.append(ByteEdit(range: end..<end, replacement: Array(",\"annotations\":{\(Self.text(hints))}".utf8)))
  }

  /// Sets hints in a tool's own annotations.
  private mutating func set(_ hints: Hints, in annotations: JSONDocument.Node) {
    guard document.kind(of: annotations) == .object else {
      return edits.append(
        ByteEdit(range: document.range(of: annotations), replacement: Array("{\(Self.text(hints))}".utf8)))
    }
    var missing: Hints = []
    for hint in hints {
      let name = Array(hint.name.utf8)
      var isThere = false
      for (key, value) in document.members(of: annotations) {
        let isSpeltSo = document.string(key, equals: name.span)
        guard isSpeltSo || LookAlike.isLookAlike(document.text(key), of: name) else { continue }
        isThere = isThere || isSpeltSo
        edits.append(ByteEdit(range: document.range(of: value), replacement: Array("\(hint.value)".utf8)))
      }
      if !isThere { missing.append(hint) }
    }
    guard !missing.isEmpty else { return }
    let start = document.range(of: annotations).lowerBound + 1
    let comma = document.count(of: annotations) > 0 ? "," : ""
    edits.append(ByteEdit(range: start..<start, replacement: Array((Self.text(missing) + comma).utf8)))
  }

  private static func text(_ hints: Hints) -> String {
    hints.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",")
  }
}
