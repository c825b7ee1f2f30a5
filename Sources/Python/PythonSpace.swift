/// White space as Python's `str.isspace` defines it, also for `strip`, `split` and `\s`.
package enum PythonSpace {
  package static func isSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09...0x0d, 0x1c...0x20, 0x85, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000: true
    default: false
    }
  }

  /// `text.strip()`.
  package static func stripped(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let text = strippedStart(text)
    let start = text.startIndex
    var end = text.endIndex
    while end > start, mayBeSpace(text[end - 1]) {
      var head = end - 1
      while head > start, text[head] & 0xc0 == 0x80 { head -= 1 }
      let (scalar, length) = scalar(of: text, at: head)
      guard head + length == end, isSpace(scalar) else { break }
      end = head
    }
    return text[start..<end]
  }

  /// `text.lstrip()`.
  package static func strippedStart(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var start = text.startIndex
    while start < text.endIndex, mayBeSpace(text[start]) {
      let (scalar, length) = scalar(of: text, at: start)
      guard isSpace(scalar) else { break }
      start += length
    }
    return text[start...]
  }

  /// `text.split()`: the words between runs of white space.
  package static func words(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var words: [ArraySlice<UInt8>] = []
    var start: Int?
    var position = text.startIndex
    while position < text.endIndex {
      let (scalar, length) = scalar(of: text, at: position)
      if isSpace(scalar) {
        if let begun = start { words.append(text[begun..<position]) }
        start = nil
      } else if start == nil {
        start = position
      }
      position += length
    }
    if let begun = start { words.append(text[begun..<text.endIndex]) }
    return words
  }

  private static func scalar(of text: ArraySlice<UInt8>, at position: Int) -> (scalar: UInt32, length: Int) {
    let first = text[position]
    return first < 0x80 ? (UInt32(first), 1) : UTF8Scalars.scalar(in: text.span, at: position - text.startIndex)
  }

  private static func mayBeSpace(_ byte: UInt8) -> Bool { byte <= 0x20 || byte >= 0x80 }
}
