import Python
public import Wire

extension Scanner {
  /// The strings within a value that hold JSON in which escapes hide what a rule masks or blocks. Servers decode such a
  /// string if they ask for more than a string, and nothing in it can be masked. All such strings in doubt.
  public func hidingTexts(of value: JSONDocument.Node, in document: JSONDocument) -> Set<JSONDocument.Node> {
    guard protects else { return [] }
    var texts: Set<JSONDocument.Node> = []
    func look(at node: JSONDocument.Node) {
      for (_, value) in document.members(of: node) { look(at: value) }
      for element in document.elements(of: node) { look(at: element) }
      if document.kind(of: node) == .string, hides(document.text(node)) { texts.insert(node) }
    }
    look(at: value)
    return texts
  }

  /// Whether more is found in the JSON that a text holds than in the text as it stands.
  private func hides(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.contains(UInt8(ascii: "\\")) else { return false }
    let text = PythonSpace.stripped(text)
    guard text.first == UInt8(ascii: "[") || text.first == UInt8(ascii: "{") else { return false }
    do throws(JSONError) {
      let inner = try JSONDocument(parsing: text, options: .python)
      guard let found = protectedTexts(in: Self.texts(in: inner.root, of: inner)),
        let plain = protectedTexts(in: Array(text))
      else {
        return true
      }
      return found.contains { plain[$0.key, default: 0] < $0.value }
    } catch {
      return error.isOfLimits
    }
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
