/// The shortest decimal digits that read back as the same double: what every text of a number starts from.
public struct ShortestDecimal: Sendable, Equatable {
  /// Without leading or trailing zeros.
  public let digits: String
  /// The power of ten of the first digit.
  public let exponent: Int

  /// - Parameter value: positive and finite.
  public init(_ value: Double) {
    // The standard library writes the shortest digits that read back as the same value.
    let parts = value.description.split(separator: "e", maxSplits: 1)
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    var digits = mantissa.joined()
    var exponent = mantissa[0].count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while digits.first == "0", digits.count > 1 {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.last == "0", digits.count > 1 { digits.removeLast() }
    self.digits = digits
    self.exponent = exponent
  }
}
