/// JSON as hosts accept it: with comments, trailing commas, and a byte order mark.
enum RelaxedJSON {
  /// The text as strict JSON: everything else is overwritten with spaces, which preserves all offsets.
  static func strict(_ text: [UInt8]) -> [UInt8] {
    var result = text
    var position = 0
    /// The offset of the last comma after a value, while only white space and comments have followed it.
    var comma: Int?
    /// The last byte outside white space and comments.
    var last = UInt8(ascii: ",")
    func blank(_ range: Range<Int>) {
      for index in range where !isLineBreak(text[index]) { result[index] = UInt8(ascii: " ") }
    }
    if text.starts(with: [0xef, 0xbb, 0xbf]) {
      blank(0..<3)
      position = 3
    }
    while position < text.count {
      let (start, byte) = (position, text[position])
      switch byte {
      case 0x20, 0x09, 0x0a, 0x0d:
        position += 1
        continue
      case UInt8(ascii: "/"):
        guard let end = endOfComment(in: text, from: position) else { return result }
        blank(start..<end)
        position = end
        continue
      case UInt8(ascii: "\""):
        position = endOfString(in: text, from: position)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if let comma { blank(comma..<comma + 1) }
        position += 1
      default:
        position += 1
      }
      comma = byte == UInt8(ascii: ",") && !"{[:,".utf8.contains(last) ? start : nil
      last = byte
    }
    return result
  }

  /// The offset after the closing quote, or the end of the text.
  private static func endOfString(in text: [UInt8], from quote: Int) -> Int {
    var position = quote + 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(position + 1, text.count)
  }

  /// Nil if no comment starts here, or if it never ends: the strict reader reports both.
  private static func endOfComment(in text: [UInt8], from slash: Int) -> Int? {
    guard slash + 1 < text.count else { return nil }
    switch text[slash + 1] {
    case UInt8(ascii: "/"):
      return text[slash...].firstIndex(where: isLineBreak) ?? text.count
    case UInt8(ascii: "*"):
      var position = slash + 2
      while position + 1 < text.count {
        if text[position] == UInt8(ascii: "*"), text[position + 1] == UInt8(ascii: "/") { return position + 2 }
        position += 1
      }
      return nil
    default:
      return nil
    }
  }

  private static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }
}
