/// A number that neither an `Int64` nor a `Double` holds with all its digits: its text is kept, as JSON writes it
/// (RFC 8259, section 6).
///
/// Reading JSON creates it; ``JSONValue/init(parsing:)-(String)`` makes one from a text.
public struct ExactNumber: Sendable, CustomStringConvertible {
  /// The text as it was read.
  public let description: String

  /// The nearest `Double`.
  public var nearest: Double { Double(description) ?? .nan }

  /// Nil if a `Double` holds the number too.
  ///
  /// - Parameter text: a JSON number.
  init?(keeping text: String, insteadOf double: Double) {
    // Any number of fifteen digits survives a round trip through a `Double`, except the smallest and the largest.
    if text.utf8.count <= 15, !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { return nil }
    if let exact = DecimalDigits(text), exact == DecimalDigits("\(double)") { return nil }
    description = text
  }
}

extension ExactNumber: Hashable {
  /// Two texts of the same number are equal.
  public static func == (left: ExactNumber, right: ExactNumber) -> Bool {
    left.description == right.description
      || DecimalDigits(left.description).map { $0 == DecimalDigits(right.description) } ?? false
  }

  public func hash(into hasher: inout Hasher) {
    // Equal numbers have the same nearest `Double`.
    hasher.combine(nearest)
  }
}

/// The digits of a number without zeros at either end, and the power of ten of the last digit.
private struct DecimalDigits: Equatable {
  private let isNegative: Bool
  private let digits: [UInt8]
  private let exponent: Int

  /// Nil for an exponent that is too large to compute with.
  init?(_ text: String) {
    var digits: [UInt8] = []
    var exponent = 0
    var isFraction = false
    var rest = Substring(text).utf8
    isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: ".") {
        isFraction = true
      } else if byte | 0x20 == UInt8(ascii: "e") {
        // `Int` accepts a plus sign.
        guard let power = Int(Substring(rest)), power.magnitude < 1 << 32 else { return nil }
        exponent += power
        break
      } else {
        digits.append(byte)
        if isFraction { exponent -= 1 }
      }
    }
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      exponent += 1
    }
    self.digits = Array(digits.drop { $0 == UInt8(ascii: "0") })
    self.exponent = digits.isEmpty ? 0 : exponent
  }
}
