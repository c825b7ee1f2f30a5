import Wire

/// The form of a row that is hashed: Python's `json.dumps(sort_keys=True, separators=(",", ":"))`.
///
/// Keys sorted by code point, no spaces, everything beyond ASCII escaped; numbers as written. This is not RFC 8785.
enum CanonicalRow {
  /// - Parameter excluding: a member of the outermost object to leave out.
  static func bytes(of document: JSONDocument, excluding: StaticString) -> [UInt8] {
    var writer = JSONWriter(style: .compactASCII)
    write(document.root, in: document, excluding: excluding, to: &writer)
    return writer.bytes
  }

  /// Recursion is bounded by the depth that the reader allowed.
  static func write(
    _ node: JSONDocument.Node, in document: JSONDocument, excluding: StaticString? = nil, to writer: inout JSONWriter
  ) {
    switch document.kind(of: node) {
    case .object:
      var members: [(key: [UInt8], value: JSONDocument.Node)] = []
      members.reserveCapacity(document.count(of: node))
      for (key, value) in document.members(of: node) {
        if let excluding, document.string(key, equals: excluding) { continue }
        members.append((document.string(key) ?? [], value))
      }
      // UTF-8 sorts in the order of its code points.
      members.sort { $0.key.lexicographicallyPrecedes($1.key) }
      writer.beginObject()
      for (key, value) in members {
        writer.key(bytes: key)
        write(value, in: document, to: &writer)
      }
      writer.endObject()
    case .array:
      writer.beginArray()
      for element in document.elements(of: node) { write(element, in: document, to: &writer) }
      writer.endArray()
    case .string:
      writer.string(bytes: document.string(node) ?? [])
    default:
      writer.raw(document.raw(node))
    }
  }
}
