import Python
import Wire

/// The values within a JSON value as one text, one value per line, in document order (Control Zero 1.13.16, "scanned
/// text"). Keys are left out; numbers and booleans are written as in Python, null not at all.
struct LeafText {
  /// A value, and its range in the text.
  struct Leaf {
    let node: JSONDocument.Node
    let range: Range<Int>
  }

  let document: JSONDocument
  /// The maximum bytes of text to collect; of a longer text, only the start is collected.
  let limit: Int
  private(set) var bytes: [UInt8] = []
  private(set) var leaves: [Leaf] = []
  /// Whether there was more text than the limit.
  private(set) var isCut = false
  /// Values whose key says that they are encoded: `base64`, `encoded`, `attachment_data`.
  private(set) var encoded: [JSONDocument.Node] = []
  /// Whether there is a lone surrogate, which is not text to Python's UTF-8. Only an escape can make one.
  private(set) var holdsSurrogates = false
  private var isEmpty = true

  init(of node: JSONDocument.Node, in document: JSONDocument, limit: Int) {
    self.document = document
    self.limit = limit
    add(node)
  }

  /// Recursion is bounded by the document's own limit on depth.
  private mutating func add(_ node: JSONDocument.Node) {
    switch document.kind(of: node) {
    case .object:
      for (key, value) in document.uniqueMembers(of: node) {
        if document.kind(of: value) == .string, Self.saysEncoded(document.text(key)) { encoded.append(value) }
        add(value)
      }
    case .array:
      for element in document.elements(of: node) { add(element) }
    case .string:
      let text = document.text(node)
      if document.isEscaped(node), Self.holdsSurrogates(text) { holdsSurrogates = true }
      append(text, of: node)
    case .null:
      break
    case .true, .false, .integer, .number:
      append(Self.text(of: node, in: document), of: node)
    }
  }

  private mutating func append(_ text: ArraySlice<UInt8>, of node: JSONDocument.Node) {
    guard !isCut else { return }
    if !isEmpty { bytes.append(UInt8(ascii: "\n")) }
    isEmpty = false
    let start = bytes.count
    let room = limit - start
    if text.count > room {
      isCut = true
      bytes += text.prefix(max(0, room))
      dropPartialCharacter()
    } else {
      bytes += text
    }
    leaves.append(Leaf(node: node, range: min(start, bytes.count)..<bytes.count))
  }

  private static func holdsSurrogates(_ text: ArraySlice<UInt8>) -> Bool {
    text.indices.dropLast().contains { text[$0] == 0xed && text[$0 + 1] >= 0xa0 }
  }

  private mutating func dropPartialCharacter() {
    bytes.removeLast(max(0, bytes.count - limit))
    var end = bytes.count
    while end > 0, bytes.count - end < 3, bytes[end - 1] & 0xc0 == 0x80 { end -= 1 }
    guard end > 0, bytes[end - 1] >= 0xc0 else { return }
    let (_, length) = UTF8Scalars.scalar(in: bytes.span, at: end - 1)
    if length == 1 { bytes.removeSubrange((end - 1)...) }
  }

  /// `str(value)` of a scalar; empty for any other kind and for null.
  static func text(of node: JSONDocument.Node, in document: JSONDocument) -> ArraySlice<UInt8> {
    switch document.kind(of: node) {
    case .string: return document.text(node)
    case .null, .object, .array: return []
    case .true, .false, .integer, .number:
      var text: [UInt8] = []
      PythonText.append(node, in: document, to: &text)
      return text[...]
    }
  }

  private static let encodedKeys = ["base64", "encoded", "attachment_data"].map { Array($0.utf8) }

  private static func saysEncoded(_ key: ArraySlice<UInt8>) -> Bool {
    // A key that folds to one of these words is at most a byte longer.
    guard (6...8).contains(key.count) || (15...16).contains(key.count) else { return false }
    return encodedKeys.contains(CaseFolding.folded(key))
  }
}
