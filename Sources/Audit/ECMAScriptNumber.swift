import Wire

/// Numbers as ECMAScript's `Number::toString` writes them (ECMA-262, section 6.1.6.1.20; RFC 8785, section 3.2.2.3).
enum ECMAScriptNumber {
  static func text(of value: Double) -> String {
    if value == 0 { return "0" }
    let sign = value < 0 ? "-" : ""
    let decimal = ShortestDecimal(value.magnitude)
    // Where the point stands, counted from before the first digit.
    let (digits, point) = (decimal.digits, decimal.exponent + 1)
    let count = digits.count
    if (1...21).contains(point) {
      guard count > point else { return sign + digits + String(repeating: "0", count: point - count) }
      return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
    if (-5...0).contains(point) {
      return sign + "0." + String(repeating: "0", count: -point) + digits
    }
    let exponent = point - 1
    let mantissa = count == 1 ? digits : digits.prefix(1) + "." + digits.dropFirst()
    return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
  }
}
