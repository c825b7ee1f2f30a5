/// The grammar of JSON strings (RFC 8259, section 7) over UTF-8 (RFC 3629), and their unescaped bytes.
enum JSONString {
  /// Scans a string from the byte after its opening quote.
  ///
  /// - Returns: the offset of the closing quote, and whether the string holds escapes.
  static func scan(
    _ text: Span<UInt8>, from start: Int, loneSurrogates: Bool
  ) throws(JSONError) -> (end: Int, escaped: Bool) {
    var position = start
    var escaped = false
    while true {
      position = text.skipPlainBytes(from: position)
      guard position < text.count else { throw JSONError(.unexpectedEnd, at: position) }
      let byte = text[position]
      switch byte {
      case UInt8(ascii: "\""):
        return (position, escaped)
      case UInt8(ascii: "\\"):
        escaped = true
        position = try scanEscape(text, from: position, loneSurrogates: loneSurrogates)
      case 0..<0x20:
        throw JSONError(byte == 0x0d ? .carriageReturn : .controlByte, at: position)
      case 0x80...:
        guard let next = UTF8Sequence.end(text, from: position) else { throw JSONError(.invalidUTF8, at: position) }
        position = next
      default:
        position += 1
      }
    }
  }

  private static func scanEscape(
    _ text: Span<UInt8>, from backslash: Int, loneSurrogates: Bool
  ) throws(JSONError) -> Int {
    guard backslash + 1 < text.count else { throw JSONError(.unexpectedEnd, at: text.count) }
    switch text[backslash + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return backslash + 2
    case UInt8(ascii: "u"):
      guard let unit = codeUnit(text, escapedAt: backslash) else {
        throw JSONError(backslash + 6 > text.count ? .unexpectedEnd : .invalidEscape, at: backslash)
      }
      guard unit & 0xf800 == 0xd800, !loneSurrogates else { return backslash + 6 }
      guard unit < 0xdc00, let low = codeUnit(text, escapedAt: backslash + 6), low & 0xfc00 == 0xdc00 else {
        throw JSONError(.loneSurrogate, at: backslash)
      }
      return backslash + 12
    default:
      throw JSONError(.invalidEscape, at: backslash)
    }
  }

  /// The UTF-16 code unit that `\uXXXX` at `backslash` stands for; nil if there is no such escape.
  @inline(__always)
  private static func codeUnit(_ text: Span<UInt8>, escapedAt backslash: Int) -> UInt32? {
    guard backslash + 6 <= text.count, text[backslash] == UInt8(ascii: "\\"),
      text[backslash + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt32 = 0
    for index in backslash + 2..<backslash + 6 {
      let byte = text[index]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  // MARK: Unescaping

  /// Calls `body` with each unescaped byte of the string in `range`, which has been scanned already, until `body`
  /// returns false.
  @inline(__always)
  static func forEachUnescapedByte(
    _ text: Span<UInt8>, _ range: Range<Int>, _ body: (UInt8) -> Bool
  ) {
    var position = range.lowerBound
    while position < range.upperBound {
      let byte = text[position]
      guard byte == UInt8(ascii: "\\"), position + 1 < range.upperBound else {
        position += 1
        if !body(byte) { return }
        continue
      }
      let kind = text[position + 1]
      guard kind == UInt8(ascii: "u"), let unit = codeUnit(text, escapedAt: position) else {
        position += 2
        if !body(shortEscape(kind)) { return }
        continue
      }
      position += 6
      var scalar = unit
      if unit & 0xfc00 == 0xd800, position + 6 <= range.upperBound,
        let low = codeUnit(text, escapedAt: position), low & 0xfc00 == 0xdc00
      {
        scalar = 0x10000 + (unit & 0x3ff) << 10 + low & 0x3ff
        position += 6
      }
      if !UTF8Sequence.forEachByte(of: scalar, body) { return }
    }
  }

  /// Maps offsets in the unescaped bytes, in ascending order and none inside a character, to offsets in the text.
  static func places(_ text: Span<UInt8>, _ range: Range<Int>, of places: [Int]) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(places.count)
    var position = range.lowerBound
    var unescaped = 0
    for place in places {
      while unescaped < place, position < range.upperBound {
        // One escape, or one byte written without an escape, at a time.
        let end = characterEnd(text, at: position, before: range.upperBound)
        forEachUnescapedByte(text, position..<end) { _ in
          unescaped += 1
          return true
        }
        position = end
      }
      result.append(position)
    }
    return result
  }

  private static func characterEnd(_ text: Span<UInt8>, at position: Int, before end: Int) -> Int {
    guard text[position] == UInt8(ascii: "\\"), position + 1 < end else { return position + 1 }
    guard text[position + 1] == UInt8(ascii: "u"), let unit = codeUnit(text, escapedAt: position) else {
      return min(position + 2, end)
    }
    if unit & 0xfc00 == 0xd800, position + 12 <= end, let low = codeUnit(text, escapedAt: position + 6),
      low & 0xfc00 == 0xdc00
    {
      return position + 12
    }
    return min(position + 6, end)
  }

  private static func shortEscape(_ kind: UInt8) -> UInt8 {
    switch kind {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0c
    case UInt8(ascii: "n"): 0x0a
    case UInt8(ascii: "r"): 0x0d
    case UInt8(ascii: "t"): 0x09
    default: kind
    }
  }
}
