/// Reads a JSON text (RFC 8259) into a ``JSONTape``: one pass, no recursion, no copy of the text.
///
/// It is strict where readers differ from one another: see ``JSONOptions``.
struct JSONScanner {
  let options: JSONOptions
  let limits: JSONLimits
  var tape = JSONTape()

  private struct Container {
    /// The tape index of its opening word.
    let index: Int
    let isObject: Bool
    /// Counted so far.
    var children = 0
  }

  /// The containers around the innermost one, which `scan` keeps in a variable of its own.
  private var outer: [Container] = []

  init(options: JSONOptions, limits: JSONLimits) {
    self.options = options
    self.limits = limits
  }

  private enum Expectation {
    case value, firstElementOrEnd, firstKeyOrEnd, key, separatorOrEnd
  }

  mutating func scan(_ text: Span<UInt8>) throws(JSONError) {
    guard text.count <= min(limits.maxBytes, JSONLimits.greatestMaxBytes) else {
      throw JSONError(.tooLong, at: min(limits.maxBytes, JSONLimits.greatestMaxBytes))
    }
    if text.count >= 3, text[0] == 0xef, text[1] == 0xbb, text[2] == 0xbf { throw JSONError(.byteOrderMark, at: 0) }
    tape.reserve(forTextOf: text.count)
    outer.reserveCapacity(16)

    var current: Container?
    var expectation = Expectation.value
    var position = 0
    while true {
      position = try skipWhiteSpace(text, from: position)
      guard position < text.count else {
        throw JSONError(tape.count == 0 ? .empty : .unexpectedEnd, at: position)
      }
      guard tape.count < limits.maxValues else { throw JSONError(.tooManyValues, at: position) }
      let byte = text[position]

      switch expectation {
      case .firstKeyOrEnd where byte == UInt8(ascii: "}"), .firstElementOrEnd where byte == UInt8(ascii: "]"):
        try close(&current, text, at: position)
        position += 1
        expectation = .separatorOrEnd

      case .firstKeyOrEnd, .key:
        guard byte == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
        position = try scanString(text, from: position)
        position = try skipWhiteSpace(text, from: position)
        guard position < text.count else { throw JSONError(.unexpectedEnd, at: position) }
        guard text[position] == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
        expectation = .value

      case .value, .firstElementOrEnd:
        current?.children += 1
        switch byte {
        case UInt8(ascii: "{"):
          try open(.object, in: &current, at: position)
          position += 1
          expectation = .firstKeyOrEnd
        case UInt8(ascii: "["):
          try open(.array, in: &current, at: position)
          position += 1
          expectation = .firstElementOrEnd
        case UInt8(ascii: "\""):
          position = try scanString(text, from: position)
          expectation = .separatorOrEnd
        default:
          position = try scanScalar(text, from: position)
          expectation = .separatorOrEnd
        }

      case .separatorOrEnd:
        // Reached only inside a container: after the outermost value, the check below returns.
        let inObject = current?.isObject ?? false
        if byte == UInt8(ascii: ",") {
          expectation = inObject ? .key : .value
        } else if byte == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          try close(&current, text, at: position)
        } else {
          throw JSONError(.unexpectedByte, at: position)
        }
        position += 1
      }

      if current == nil {
        position = try skipWhiteSpace(text, from: position)
        guard position == text.count else { throw JSONError(.trailingBytes, at: position) }
        return
      }
    }
  }

  // MARK: Containers

  private mutating func open(
    _ tag: JSONTape.Tag, in current: inout Container?, at position: Int
  ) throws(JSONError) {
    guard outer.count + (current == nil ? 0 : 1) < limits.maxDepth else { throw JSONError(.tooDeep, at: position) }
    if let current { outer.append(current) }
    current = Container(index: tape.count, isObject: tag == .object)
    tape.append(tag, offset: position)
  }

  private mutating func close(
    _ current: inout Container?, _ text: Span<UInt8>, at position: Int
  ) throws(JSONError) {
    guard let container = current else { throw JSONError(.unexpectedByte, at: position) }
    current = outer.popLast()
    tape.close(
      container.isObject ? .objectEnd : .arrayEnd, containerAt: container.index, offset: position,
      count: container.children)
    if container.isObject, container.children > 1, !options.contains(.duplicateKeys),
      let repeated = JSONKeySet.firstRepeatedKey(ofObjectAt: container.index, in: tape, text: text)
    {
      throw JSONError(.duplicateKey, at: tape.offset(repeated) - 1)
    }
  }

  // MARK: Scalars

  private mutating func scanScalar(_ text: Span<UInt8>, from position: Int) throws(JSONError) -> Int {
    switch text[position] {
    case UInt8(ascii: "t"):
      return try scanLiteral("true", .true, text, from: position)
    case UInt8(ascii: "f"):
      return try scanLiteral("false", .false, text, from: position)
    case UInt8(ascii: "n"):
      return try scanLiteral("null", .null, text, from: position)
    case UInt8(ascii: "N") where options.contains(.nonFinite):
      return try scanLiteral("NaN", .number, text, from: position)
    case UInt8(ascii: "I") where options.contains(.nonFinite):
      return try scanLiteral("Infinity", .number, text, from: position)
    case UInt8(ascii: "-")
    where options.contains(.nonFinite) && position + 1 < text.count && text[position + 1] == UInt8(ascii: "I"):
      return try scanLiteral("-Infinity", .number, text, from: position)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let number = try JSONNumber.scan(text, from: position, mayOverflow: options.contains(.nonFinite))
      tape.append(number.isInteger ? .integer : .number, offset: position, extent: number.end - position)
      return number.end
    default:
      throw JSONError(.unexpectedByte, at: position)
    }
  }

  private mutating func scanLiteral(
    _ literal: StaticString, _ tag: JSONTape.Tag, _ text: Span<UInt8>, from position: Int
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
    tape.append(tag, offset: position, extent: length)
    return position + length
  }

  /// Scans the string whose opening quote is at `quote`; returns the offset after its closing quote.
  private mutating func scanString(_ text: Span<UInt8>, from quote: Int) throws(JSONError) -> Int {
    let (end, escaped) = try JSONString.scan(
      text, from: quote + 1, loneSurrogates: options.contains(.loneSurrogates))
    tape.append(escaped ? .escapedString : .string, offset: quote + 1, extent: end - quote - 1)
    return end + 1
  }

  // MARK: White space

  @inline(__always)
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
