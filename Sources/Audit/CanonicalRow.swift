import Wire

/// The form of a row that its hash is taken over: Python's `json.dumps(sort_keys=True, separators=(",", ":"))`.
///
/// Keys sorted by code point, no spaces, everything beyond ASCII escaped; numbers as they stand. It is not RFC 8785.
enum CanonicalRow {
  /// - Parameter excluding: a member of the outermost object that is left out.
  static func bytes(of document: JSONDocument, excluding: StaticString) -> [UInt8] {
    var writer = JSONWriter(style: .compactASCII)
    write(document.root, in: document, excluding: excluding, to: &writer)
    return writer.bytes
  }

  /// The same of a row that is being written: its own text is only looked into where something is nested.
  static func bytes(of record: AuditRecord) throws(AuditError) -> [UInt8] {
    let text = record.openText
    var members = record.members.map { (order: SortKey($0.key), member: $0) }
    members.sort { $0.order < $1.order }
    var canonical: [UInt8] = []
    canonical.reserveCapacity(text.count)
    canonical.append(UInt8(ascii: "{"))
    for (_, member) in members {
      if canonical.count > 1 { canonical.append(UInt8(ascii: ",")) }
      canonical.append(UInt8(ascii: "\""))
      // SAFETY: a StaticString's buffer lives as long as the process.
      member.key.withUTF8Buffer { unsafe canonical.append(contentsOf: $0) }
      canonical.append(UInt8(ascii: "\""))
      canonical.append(UInt8(ascii: ":"))
      if member.isNested {
        do {
          let document = try JSONDocument(parsing: text[member.value])
          var writer = JSONWriter(style: .compactASCII)
          write(document.root, in: document, to: &writer)
          canonical += writer.bytes
        } catch {
          throw AuditError(.encoding, path: "", detail: error.description)
        }
      } else {
        canonical += text[member.value]
      }
    }
    canonical.append(UInt8(ascii: "}"))
    return canonical
  }

  /// A key of ours, compared by its first eight bytes, and by the rest where these are the same.
  private struct SortKey: Comparable {
    private let start: UInt64
    private let key: StaticString

    init(_ key: StaticString) {
      self.key = key
      // SAFETY: a StaticString's buffer lives as long as the process.
      start = key.withUTF8Buffer { bytes in
        var start: UInt64 = 0
        for index in 0..<8 { start = start << 8 | UInt64(index < bytes.count ? unsafe bytes[index] : 0) }
        return start
      }
    }

    static func == (first: SortKey, second: SortKey) -> Bool { !(first < second) && !(second < first) }

    static func < (first: SortKey, second: SortKey) -> Bool {
      guard first.start == second.start else { return first.start < second.start }
      return first.key.withUTF8Buffer { one in
        second.key.withUTF8Buffer { other in unsafe one.lexicographicallyPrecedes(other) }
      }
    }
  }

  /// Recursion is bounded by the depth that the reader allowed.
  private static func write(
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
      // UTF-8 sorts as its code points do.
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
