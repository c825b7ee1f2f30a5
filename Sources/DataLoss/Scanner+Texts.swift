import Python
public import Wire

extension Scanner {
  /// The strings within a value that hold JSON in which escapes hide what a rule masks or blocks. Servers decode such a
  /// string if they ask for more than a string, models read it as it stands, and nothing in it can be masked. All such
  /// strings in doubt.
  public func hidingTexts(of value: JSONDocument.Node, in document: JSONDocument) -> Set<JSONDocument.Node> {
    guard protects else { return [] }
    var texts: Set<JSONDocument.Node> = []
    var decoded: [(node: JSONDocument.Node, texts: [UInt8])] = []
    func look(at node: JSONDocument.Node) {
      for (_, value) in document.members(of: node) { look(at: value) }
      for element in document.elements(of: node) { look(at: element) }
      guard document.kind(of: node) == .string else { return }
      let text = PythonSpace.stripped(document.text(node))
      guard text.first == UInt8(ascii: "[") || text.first == UInt8(ascii: "{"), text.contains(UInt8(ascii: "\\"))
      else { return }
      do throws(JSONError) {
        let inner = try JSONDocument(parsing: text, options: .python)
        decoded.append((node, Self.texts(in: inner.root, of: inner)))
      } catch {
        if error.isOfLimits { texts.insert(node) }
      }
    }
    look(at: value)
    // Mostly none does, which one scan of all of them shows.
    guard let ranges = protectedRanges(in: Array(decoded.map(\.texts).joined())) else {
      return texts.union(decoded.map(\.node))
    }
    guard !ranges.isEmpty else { return texts }
    for (node, inner) in decoded where hides(inner, in: Array(document.text(node))) { texts.insert(node) }
    return texts
  }

  /// Whether more is found in what a text holds than in the text as it stands, where a match may extend over escapes.
  private func hides(_ inner: [UInt8], in text: [UInt8]) -> Bool {
    guard let found = protectedTexts(in: inner), let plain = protectedTexts(in: text) else { return true }
    var seen = plain
    for (match, count) in plain {
      if let unescaped = Self.unescaped(match), unescaped[...] != match { seen[unescaped[...], default: 0] += count }
    }
    return found.contains { seen[$0.key, default: 0] < $0.value }
  }

  /// What a part of a JSON string stands for; nil if it is none.
  private static func unescaped(_ part: ArraySlice<UInt8>) -> [UInt8]? {
    let quote = [UInt8(ascii: "\"")]
    guard let document = try? JSONDocument(parsing: (quote + part + quote)[...], options: .python) else { return nil }
    return document.string(document.root)
  }

  /// All names and values, one per line; for a repeated name, each value.
  private static func texts(in node: JSONDocument.Node, of document: JSONDocument) -> [UInt8] {
    var bytes: [UInt8] = []
    func add(_ node: JSONDocument.Node) {
      for (key, value) in document.members(of: node) {
        add(key)
        add(value)
      }
      for element in document.elements(of: node) { add(element) }
      let text = LeafText.text(of: node, in: document)
      if !text.isEmpty { bytes += text + [UInt8(ascii: "\n")] }
    }
    add(node)
    return bytes
  }

  /// What rules that mask or block match in a text, and how often; nil if that can't be determined.
  private func protectedTexts(in text: [UInt8]) -> [ArraySlice<UInt8>: Int]? {
    protectedRanges(in: text).map { Dictionary($0.map { (text[$0], 1) }, uniquingKeysWith: +) }
  }
}
