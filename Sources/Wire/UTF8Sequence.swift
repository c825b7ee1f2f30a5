/// Well-formed UTF-8 (RFC 3629; the table 3-7 of the Unicode Standard).
enum UTF8Sequence {
  /// The offset after the well-formed multi-byte sequence that starts at `start`; nil if none starts there.
  @inline(__always)
  static func end(_ text: Span<UInt8>, from start: Int) -> Int? {
    let first = text[start]
    let second: ClosedRange<UInt8>
    let length: Int
    switch first {
    case 0xc2...0xdf: (second, length) = (0x80...0xbf, 2)
    case 0xe0: (second, length) = (0xa0...0xbf, 3)
    case 0xe1...0xec, 0xee...0xef: (second, length) = (0x80...0xbf, 3)
    case 0xed: (second, length) = (0x80...0x9f, 3)
    case 0xf0: (second, length) = (0x90...0xbf, 4)
    case 0xf1...0xf3: (second, length) = (0x80...0xbf, 4)
    case 0xf4: (second, length) = (0x80...0x8f, 4)
    default: return nil
    }
    guard start + length <= text.count, second.contains(text[start + 1]) else { return nil }
    for index in 2..<max(length, 2) where text[start + index] & 0xc0 != 0x80 { return nil }
    return start + length
  }

  /// Calls `body` with each byte of the encoding of `scalar` (a surrogate gives its three bytes, WTF-8)
  /// until it returns false; returns whether it never did.
  @inline(__always)
  static func forEachByte(of scalar: UInt32, _ body: (UInt8) -> Bool) -> Bool {
    func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: (scalar >> shift) & 0x3f) }
    func lead(_ mark: UInt8, _ shift: UInt32) -> UInt8 { mark | UInt8(truncatingIfNeeded: scalar >> shift) }
    switch scalar {
    case 0..<0x80:
      return body(UInt8(truncatingIfNeeded: scalar))
    case 0x80..<0x800:
      return body(lead(0xc0, 6)) && body(continuation(0))
    case 0x800..<0x10000:
      return body(lead(0xe0, 12)) && body(continuation(6)) && body(continuation(0))
    default:
      return body(lead(0xf0, 18)) && body(continuation(12)) && body(continuation(6)) && body(continuation(0))
    }
  }
}
