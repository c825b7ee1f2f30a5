/// Numbers as ECMAScript's `Number::toString` writes them (ECMA-262, section 6.1.6.1.20; RFC 8785, section 3.2.2.3).
enum ECMAScriptNumber {
  static func text(of value: Double) -> String {
    if value == 0 { return "0" }
    let sign = value < 0 ? "-" : ""
    let (digits, point) = decimal(value.magnitude)
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

  /// The shortest digits that read back as the same value, and where the point stands, counted from before the first.
  private static func decimal(_ value: Double) -> (digits: String, point: Int) {
    let parts = value.description.split(separator: "e", maxSplits: 1)
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    var digits = mantissa.joined()
    var point = mantissa[0].count + exponent
    while digits.first == "0", digits.count > 1 {
      digits.removeFirst()
      point -= 1
    }
    while digits.last == "0", digits.count > 1 { digits.removeLast() }
    return (digits, point)
  }
}
