import Wire

/// Numbers as ECMAScript's `Number::toString` writes them (ECMA-262, section 6.1.6.1.20; RFC 8785, section 3.2.2.3).
enum ECMAScriptNumber {
  static func append(_ value: Double, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    if value == 0 {
      bytes.append(UInt8(ascii: "0"))
      return
    }
    let decimal = ShortestDecimal(value.magnitude)
    // The position of the decimal point, counted from before the first digit.
    let (digits, point) = (decimal.digits, decimal.exponent + 1)
    let count = digits.count
    if (1...21).contains(point) {
      bytes += digits.prefix(point)
      bytes += repeatElement(UInt8(ascii: "0"), count: max(0, point - count))
      if count > point { bytes.append(UInt8(ascii: ".")) }
      bytes += digits.dropFirst(point)
    } else if (-5...0).contains(point) {
      bytes += "0.".utf8
      bytes += repeatElement(UInt8(ascii: "0"), count: -point)
      bytes += digits
    } else {
      bytes += digits.prefix(1)
      if count > 1 { bytes.append(UInt8(ascii: ".")) }
      bytes += digits.dropFirst()
      bytes += (point < 1 ? "e-" : "e+").utf8
      bytes += String((point - 1).magnitude).utf8
    }
  }
}
