import Python

/// A pattern for `tool:method` that the index can use as it stands in a payload: a string without escapes that starts
/// with a literal byte, has an ASCII tool name before a colon, and names no protocol method.
enum WrittenPattern {
  /// - Parameter bytes: the content of a string without escapes.
  static func isOne(_ bytes: Span<UInt8>) -> Bool {
    guard !bytes.isEmpty, !Glob.isSpecial(bytes[0]) else { return false }
    var place = 0
    while place < bytes.count, bytes[place] != UInt8(ascii: ":") {
      guard bytes[place] < 0x80 else { return false }
      place += 1
    }
    guard place < bytes.count else { return false }
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "/") { return false }
      place += 1
    }
    return true
  }

  /// How the index finds the pattern: by its ``ActionPattern/literalStart``.
  static func item(_ text: ArraySlice<UInt8>, _ entry: PrefixTable.Entry) -> PrefixTable.Item {
    var item = PrefixTable.Item(entry)
    var isTool = true
    let bytes = text.span
    for place in bytes.indices {
      let byte = bytes[place]
      if Glob.isSpecial(byte) { break }
      if byte == UInt8(ascii: ":") { isTool = false }
      item.append(isTool ? CaseFolding.asciiFolded(byte) : byte)
    }
    return item
  }
}
