/// Recognizes keys that differ from a known key but that some reader takes for it all the same.
///
/// Some readers fold ASCII case (Go, .NET, Jackson on request), and with it U+017F and U+212A (Go), U+0131 and U+0130
/// (case-insensitive comparison in Java); others, whose strings end at a NUL, cut a key there. A message with such a
/// key would mean one thing to czproxy and another to such a reader.
public enum LookAlike {
  /// Whether `key` differs from `name` and equals it after folding; false for `name` itself.
  public static func isLookAlike(_ key: ArraySlice<UInt8>, of name: StaticString) -> Bool {
    name.withSpan { wanted in
      // Most keys differ in their first letter already.
      guard let first = key.first, wanted.count > 0 else { return false }
      guard first | 0x20 == wanted[0] | 0x20 || first >= 0x80 else { return false }
      return !isEqual(key.span, wanted) && isEqual(folded(key.span).span, folded(wanted).span)
    }
  }

  /// The same for a name that comes from a policy.
  public static func isLookAlike(_ key: ArraySlice<UInt8>, of name: [UInt8]) -> Bool {
    guard let first = key.first, let wanted = name.first else { return false }
    guard first | 0x20 == wanted | 0x20 || first >= 0x80 || wanted >= 0x80 else { return false }
    return !isEqual(key.span, name.span) && isEqual(folded(key.span).span, folded(name).span)
  }

  /// Like ``folded(_:)``, but without `_` and `-`: `filePath`, `file-path` and `file_path` are one.
  public static func letters(_ key: [UInt8]) -> [UInt8] {
    folded(key.span).filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
  }

  /// Whether ``letters(_:)`` may be the same for both keys; the first bytes tell most apart.
  public static func mayBeAlike(_ key: ArraySlice<UInt8>, _ name: [UInt8]) -> Bool {
    guard let first = key.first, let wanted = name.first else { return false }
    func isOpen(_ byte: UInt8) -> Bool { byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") }
    return first | 0x20 == wanted | 0x20 || isOpen(first) || isOpen(wanted)
  }

  private static func isEqual(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Bool {
    guard first.count == second.count else { return false }
    for index in first.indices where first[index] != second[index] { return false }
    return true
  }

  /// The key as the most lenient reader understands it.
  public static func folded(_ key: [UInt8]) -> [UInt8] { folded(key.span) }

  private static func folded(_ key: Span<UInt8>) -> [UInt8] {
    var end = 0
    while end < key.count, key[end] != 0 { end += 1 }
    var result: [UInt8] = []
    result.reserveCapacity(end)
    var index = 0
    while index < end {
      let byte = key[index]
      let second = index + 1 < end ? key[index + 1] : 0
      let third = index + 2 < end ? key[index + 2] : 0
      switch (byte, second, third) {
      case (UInt8(ascii: "A")...UInt8(ascii: "Z"), _, _): result.append(byte | 0x20)
      case (0xc5, 0xbf, _):  // U+017F LATIN SMALL LETTER LONG S
        result.append(UInt8(ascii: "s"))
        index += 1
      case (0xc4, 0xb0...0xb1, _):  // U+0130, U+0131: I with dot above, dotless i
        result.append(UInt8(ascii: "i"))
        index += 1
      case (0xe2, 0x84, 0xaa):  // U+212A KELVIN SIGN
        result.append(UInt8(ascii: "k"))
        index += 2
      default: result.append(byte)
      }
      index += 1
    }
    return result
  }
}
