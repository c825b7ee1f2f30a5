/// Reads a JSON text (RFC 8259) into a ``JSONTape``: one pass, no recursion, no copy of the text.
///
/// It is strict where readers differ from one another: see ``JSONOptions``.
struct JSONScanner {
  let options: JSONOptions
  let limits: JSONLimits

  private struct Container {
    /// The tape index of its opening word.
    let index: Int
    let isObject: Bool
    /// Counted so far.
    var children = 0

    @inline(__always)
    var closingByte: UInt8 { isObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }
  }

  func tape(of text: Span<UInt8>) throws(JSONError) -> JSONTape {
    guard text.count <= min(limits.maxBytes, JSONLimits.greatestMaxBytes) else {
      throw JSONError(.tooLong, at: min(limits.maxBytes, JSONLimits.greatestMaxBytes))
    }
    if text.count >= 3, text[0] == 0xef, text[1] == 0xbb, text[2] == 0xbf { throw JSONError(.byteOrderMark, at: 0) }

    // Few texts need thousands of words, most need fewer than a fifth of their bytes, and none needs more than one for
    // each byte. To start again costs less than to grow, and large pieces of memory cost much even if they stay empty.
    let greatest = min(text.count, limits.maxValues)
    let usual = min(text.count / 5 + 16, greatest)
    var capacity = min(usual, 4096)
    while true {
      do throws(JSONError) {
        let words = try Array(capacity: capacity) { (tape: inout OutputSpan<JSONWord>) throws(JSONError) in
          try scan(text, into: &tape)
        }
        return JSONTape(words: words)
      } catch {
        guard error.code == .tooManyValues, capacity < greatest else { throw error }
        capacity = capacity < usual ? usual : greatest
      }
    }
  }

  private func scan(_ text: Span<UInt8>, into tape: inout OutputSpan<JSONWord>) throws(JSONError) {
    var position = try skipWhiteSpace(text, from: 0)
    guard position < text.count else { throw JSONError(.empty, at: position) }
    var outer: [Container] = []
    outer.reserveCapacity(16)
    var innermost: Container?

    // Each round reads one value that begins at `position`, and all brackets that close after it.
    values: while true {
      innermost?.children += 1
      switch text[position] {
      case UInt8(ascii: "\""):
        position = try scanString(text, from: position, into: &tape)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        let isObject = text[position] == UInt8(ascii: "{")
        if let innermost { outer.append(innermost) }
        guard outer.count < limits.maxDepth else { throw JSONError(.tooDeep, at: position) }
        let container = Container(index: tape.count, isObject: isObject)
        innermost = container
        try append(JSONWord(isObject ? .object : .array, offset: position), to: &tape, at: position)
        position = try skipToByte(text, from: position + 1)
        if text[position] != container.closingByte {
          if isObject { position = try scanKey(text, from: position, into: &tape) }
          continue values
        }
      default:
        position = try scanScalar(text, from: position, into: &tape)
      }

      while let container = innermost {
        position = try skipToByte(text, from: position)
        if text[position] == UInt8(ascii: ",") {
          position = try skipToByte(text, from: position + 1)
          if container.isObject { position = try scanKey(text, from: position, into: &tape) }
          continue values
        }
        guard text[position] == container.closingByte else { throw JSONError(.unexpectedByte, at: position) }
        try close(container, text, at: position, in: &tape)
        position += 1
        innermost = outer.popLast()
      }
      position = try skipWhiteSpace(text, from: position)
      guard position == text.count else { throw JSONError(.trailingBytes, at: position) }
      return
    }
  }

  @inline(__always)
  private func append(
    _ word: JSONWord, to tape: inout OutputSpan<JSONWord>, at position: Int
  ) throws(JSONError) {
    guard !tape.isFull else { throw JSONError(.tooManyValues, at: position) }
    tape.append(word)
  }

  @inline(__always)
  private func close(
    _ container: Container, _ text: Span<UInt8>, at position: Int, in tape: inout OutputSpan<JSONWord>
  ) throws(JSONError) {
    tape[container.index].setExtent(tape.count - container.index)
    let end = JSONWord(container.isObject ? .objectEnd : .arrayEnd, offset: position, extent: container.children)
    try append(end, to: &tape, at: position)
    if container.isObject, container.children > 1, !options.contains(.duplicateKeys),
      let repeated = JSONKeySet.firstRepeatedKey(ofObjectAt: container.index, in: tape.span, text: text)
    {
      throw JSONError(.duplicateKey, at: tape[repeated].offset - 1)
    }
  }

  /// Scans a key and its colon; returns the offset of the value's first byte.
  @inline(__always)
  private func scanKey(
    _ text: Span<UInt8>, from start: Int, into tape: inout OutputSpan<JSONWord>
  ) throws(JSONError) -> Int {
    guard text[start] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: start) }
    let colon = try skipToByte(text, from: try scanString(text, from: start, into: &tape))
    guard text[colon] == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: colon) }
    return try skipToByte(text, from: colon + 1)
  }

  // MARK: Scalars

  private func scanScalar(_ text: Span<UInt8>, from position: Int, into tape: inout OutputSpan<JSONWord>)
    throws(JSONError) -> Int
  {
    switch text[position] {
    case UInt8(ascii: "t"):
      return try scanLiteral("true", .true, text, from: position, into: &tape)
    case UInt8(ascii: "f"):
      return try scanLiteral("false", .false, text, from: position, into: &tape)
    case UInt8(ascii: "n"):
      return try scanLiteral("null", .null, text, from: position, into: &tape)
    case UInt8(ascii: "N") where options.contains(.nonFinite):
      return try scanLiteral("NaN", .number, text, from: position, into: &tape)
    case UInt8(ascii: "I") where options.contains(.nonFinite):
      return try scanLiteral("Infinity", .number, text, from: position, into: &tape)
    case UInt8(ascii: "-")
    where options.contains(.nonFinite) && position + 1 < text.count && text[position + 1] == UInt8(ascii: "I"):
      return try scanLiteral("-Infinity", .number, text, from: position, into: &tape)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let number = try JSONNumber.scan(text, from: position, mayOverflow: options.contains(.nonFinite))
      let tag = number.isInteger ? JSONWord.Tag.integer : .number
      try append(JSONWord(tag, offset: position, extent: number.end - position), to: &tape, at: position)
      return number.end
    default:
      throw JSONError(.unexpectedByte, at: position)
    }
  }

  private func scanLiteral(
    _ literal: StaticString, _ tag: JSONWord.Tag, _ text: Span<UInt8>, from position: Int,
    into tape: inout OutputSpan<JSONWord>
  ) throws(JSONError) -> Int {
    let length = literal.utf8CodeUnitCount
    let available = min(length, text.count - position)
    let matching = literal.withUTF8Buffer { wanted in
      var index = 0
      while index < available, unsafe wanted[index] == text[position + index] { index += 1 }
      return index
    }
    guard matching == length else {
      throw JSONError(matching == available ? .unexpectedEnd : .unexpectedByte, at: position + matching)
    }
    try append(JSONWord(tag, offset: position, extent: length), to: &tape, at: position)
    return position + length
  }

  /// Scans the string whose opening quote is at `quote`; returns the offset after its closing quote.
  @inline(__always)
  private func scanString(_ text: Span<UInt8>, from quote: Int, into tape: inout OutputSpan<JSONWord>) throws(JSONError)
    -> Int
  {
    let (end, escaped) = try JSONString.scan(
      text, from: quote + 1, loneSurrogates: options.contains(.loneSurrogates))
    try append(
      JSONWord(escaped ? .escapedString : .string, offset: quote + 1, extent: end - quote - 1), to: &tape, at: quote)
    return end + 1
  }

  // MARK: White space

  /// The offset of the next byte that is not white space, of which there must be one.
  @inline(__always)
  private func skipToByte(_ text: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
    if start < text.count, text[start] > 0x20 { return start }
    let position = try skipWhiteSpace(text, from: start)
    guard position < text.count else { throw JSONError(.unexpectedEnd, at: position) }
    return position
  }

  private func skipWhiteSpace(_ text: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
    var position = start
    while position < text.count {
      switch text[position] {
      case 0x20, 0x09:
        position += 1
      case 0x0a, 0x0d:
        if !options.contains(.lineBreaks) {
          throw JSONError(text[position] == 0x0d ? .carriageReturn : .unexpectedByte, at: position)
        }
        position += 1
      default:
        return position
      }
    }
    return position
  }
}
