import Wire

/// The texts within what a server sends, as a host shows them to its model: every key and value of some JSON values.
///
/// Payloads that no model reads as text, Base64 under `data` and `blob`, are left out; anything there that is not
/// Base64 is a text like any other.
struct ResultText {
  /// A text, and its range in the whole.
  struct Piece {
    let node: JSONDocument.Node
    let range: Range<Int>
    /// Whether this is a key, or a value that the host has to return unchanged: nothing in it can be masked.
    let isFixed: Bool
  }

  let document: JSONDocument
  /// The maximum bytes to collect; of more, only the start is collected.
  let limit: Int
  /// All texts, one per line.
  private(set) var bytes: [UInt8] = []
  private(set) var pieces: [Piece] = []
  /// Whether there was more text than the limit.
  private(set) var isCut = false
  /// The pieces that a host concatenates: the `text` of content blocks.
  private(set) var blocks: [Int] = []
  /// The number of leading pieces that identify the message.
  let nameCount: Int

  init(
    of nodes: [JSONDocument.Node], named names: [JSONDocument.Node] = [], in document: JSONDocument, limit: Int
  ) {
    self.document = document
    self.limit = limit
    nameCount = names.count
    for name in names { append(LeafText.text(of: name, in: document), of: name, isFixed: true) }
    for node in nodes { add(node) }
  }

  /// The text blocks concatenated: what was split over several is whole again.
  var joinedBlocks: [UInt8] { blocks.flatMap { bytes[pieces[$0].range] } }

  /// Recursion is bounded by the document's own limit on depth.
  private mutating func add(_ node: JSONDocument.Node) {
    switch document.kind(of: node) {
    case .object:
      for (key, value) in document.members(of: node) {
        append(document.text(key), of: key, isFixed: true)
        guard document.kind(of: value) == .string else {
          add(value)
          continue
        }
        if isPayload(value, under: key) { continue }
        if document.string(key, equals: "text") { blocks.append(pieces.count) }
        append(document.text(value), of: value, isFixed: isOpaque(key))
      }
    case .array:
      for element in document.elements(of: node) { add(element) }
    case .null:
      break
    default:
      append(LeafText.text(of: node, in: document), of: node)
    }
  }

  private mutating func append(_ text: ArraySlice<UInt8>, of node: JSONDocument.Node, isFixed: Bool = false) {
    let start = bytes.count
    let room = max(0, limit - start)
    if text.count > room { isCut = true }
    bytes += text.prefix(room)
    pieces.append(Piece(node: node, range: start..<bytes.count, isFixed: isFixed))
    bytes.append(UInt8(ascii: "\n"))
  }

  private func isOpaque(_ key: JSONDocument.Node) -> Bool {
    Self.opaque.contains { document.string(key, equals: $0) }
  }

  /// Values that MCP has hosts give back: state, cursors, ids, and the URIs of resources.
  private static let opaque: [StaticString] = [
    "requestState", "nextCursor", "taskId", "progressToken", "uri", "uriTemplate", "elicitationId",
  ]

  private func isPayload(_ value: JSONDocument.Node, under key: JSONDocument.Node) -> Bool {
    guard document.string(key, equals: "data") || document.string(key, equals: "blob") else { return false }
    let text = document.text(value)
    // A shorter one may be a secret itself.
    guard text.count >= Self.minPayloadBytes else { return false }
    return text.allSatisfy(Self.isBase64)
  }

  private static let minPayloadBytes = 1024

  private static func isBase64(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
