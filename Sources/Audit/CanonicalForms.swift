import Wire

/// The canonical forms of rows as they are written; see ``CanonicalRow``.
///
/// A row's own text is parsed only where something is nested. The order and the nested values of one row are kept for
/// the next one, which seldom differs: rows have few shapes.
struct CanonicalForms: Sendable {
  /// The order of a row's members in its canonical form.
  private struct Shape {
    let keys: [StaticString]
    let order: [Int]

    func isOf(_ members: [AuditRecord.Member]) -> Bool {
      // SAFETY: the addresses are only compared; what they point to is not read.
      keys.count == members.count
        && keys.indices.allSatisfy { unsafe keys[$0].utf8Start == members[$0].key.utf8Start }
    }
  }

  /// The newest entries that were learned: a new one replaces the oldest.
  private struct Learned<Element: Sendable>: Sendable {
    let limit: Int
    private(set) var all: [Element] = []
    private var oldest = 0

    init(limit: Int) { self.limit = limit }

    mutating func add(_ element: Element) {
      guard all.count == limit else { return all.append(element) }
      all[oldest] = element
      oldest = (oldest + 1) % limit
    }
  }

  private var shapes = Learned<Shape>(limit: 8)
  private var nested = Learned<(text: [UInt8], form: [UInt8])>(limit: 32)

  mutating func bytes(of record: AuditRecord) throws(AuditError) -> [UInt8] {
    let (text, members) = (record.openText, record.members)
    var forms = [[UInt8]?](repeating: nil, count: members.count)
    var size = 2
    for (position, member) in members.enumerated() {
      if member.isNested { forms[position] = try form(of: text[member.value]) }
      size += member.key.utf8CodeUnitCount + 4 + (forms[position]?.count ?? member.value.count)
    }
    let order = order(of: members)
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      // SAFETY: each member takes the space that was counted for it.
      func append(_ byte: UInt8) {
        unsafe buffer[filled] = byte
        filled += 1
      }
      func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        _ = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...]).update(fromContentsOf: bytes)
        filled += bytes.count
      }
      append(UInt8(ascii: "{"))
      for position in order {
        let member = members[position]
        if filled > 1 { append(UInt8(ascii: ",")) }
        append(UInt8(ascii: "\""))
        member.key.withUTF8Buffer { unsafe append($0) }
        append(UInt8(ascii: "\""))
        append(UInt8(ascii: ":"))
        if let form = forms[position] {
          unsafe form.withUnsafeBufferPointer { unsafe append($0) }
        } else {
          unsafe text.withUnsafeBufferPointer { text in
            unsafe append(UnsafeBufferPointer(rebasing: text[member.value]))
          }
        }
      }
      append(UInt8(ascii: "}"))
    }
  }

  // MARK: Order

  private mutating func order(of members: [AuditRecord.Member]) -> [Int] {
    if let known = shapes.all.first(where: { $0.isOf(members) }) { return known.order }
    let keys = members.map { Array($0.key.description.utf8) }
    let order = members.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }
    shapes.add(Shape(keys: members.map(\.key), order: order))
    return order
  }

  // MARK: Nested values

  private mutating func form(of text: ArraySlice<UInt8>) throws(AuditError) -> [UInt8] {
    let known = nested.all.first { $0.text.count == text.count && $0.text[...] == text }
    if let known { return known.form }
    let form: [UInt8]
    do {
      let document = try JSONDocument(parsing: text)
      var writer = JSONWriter(style: .compactASCII)
      CanonicalRow.write(document.root, in: document, to: &writer)
      form = writer.bytes
    } catch {
      throw AuditError(.encoding, path: "", detail: error.description)
    }
    // A long value hardly ever comes again, and would be kept for nothing.
    guard text.count <= 1024 else { return form }
    nested.add((Array(text), form))
    return form
  }
}
