/// The grammar of JSON numbers (RFC 8259, section 6).
enum JSONNumber {
  /// Scans the number that starts at `start`.
  ///
  /// - Parameter mayOverflow: whether a number beyond the range of a double is accepted.
  /// - Returns: the offset after the number, and whether it has neither fraction nor exponent.
  static func scan(
    _ text: Span<UInt8>, from start: Int, mayOverflow: Bool
  ) throws(JSONError) -> (end: Int, isInteger: Bool) {
    var position = start
    if text[position] == UInt8(ascii: "-") { position += 1 }
    let integerStart = position
    position = skipDigits(text, from: position)
    let integerDigits = position - integerStart
    guard integerDigits > 0 else {
      throw JSONError(position < text.count ? .invalidNumber : .unexpectedEnd, at: position)
    }
    if integerDigits > 1, text[integerStart] == UInt8(ascii: "0") {
      throw JSONError(.invalidNumber, at: integerStart + 1)
    }

    var isInteger = true
    if position < text.count, text[position] == UInt8(ascii: ".") {
      isInteger = false
      let fraction = position + 1
      position = skipDigits(text, from: fraction)
      guard position > fraction else {
        throw JSONError(position < text.count ? .invalidNumber : .unexpectedEnd, at: position)
      }
    }
    var exponent = 0
    if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      (exponent, position) = try scanExponent(text, from: position + 1)
    }
    // If digits and exponent do not exceed 308, the number is below 10^308 for certain; otherwise it is parsed as a
    // double.
    if !mayOverflow, integerDigits + exponent > 308, !isFinite(text, start..<position) {
      throw JSONError(.nonFiniteNumber, at: start)
    }
    return (position, isInteger)
  }

  private static func scanExponent(
    _ text: Span<UInt8>, from start: Int
  ) throws(JSONError) -> (exponent: Int, end: Int) {
    var position = start
    var isNegative = false
    if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") {
      isNegative = text[position] == UInt8(ascii: "-")
      position += 1
    }
    let digits = position
    var magnitude = 0
    while position < text.count, isDigit(text[position]) {
      // Saturates: no text is long enough for its other digits to make up for such an exponent.
      magnitude = min(magnitude * 10 + Int(text[position] - UInt8(ascii: "0")), 1 << 40)
      position += 1
    }
    guard position > digits else {
      throw JSONError(position < text.count ? .invalidNumber : .unexpectedEnd, at: position)
    }
    return (isNegative ? -magnitude : magnitude, position)
  }

  private static func isFinite(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    for index in range { bytes.append(text[index]) }
    return Double(String(decoding: bytes, as: UTF8.self))?.isFinite ?? false
  }

  @inline(__always)
  private static func skipDigits(_ text: Span<UInt8>, from start: Int) -> Int {
    var position = start
    while position < text.count, isDigit(text[position]) { position += 1 }
    return position
  }

  @inline(__always)
  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
