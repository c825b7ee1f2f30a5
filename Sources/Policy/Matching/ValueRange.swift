import Python

/// An inclusive range: of numbers if both bounds and the value are numbers, otherwise of texts.
struct ValueRange: Sendable {
  private let low: [UInt8]
  private let high: [UInt8]
  private let numbers: ClosedBounds?

  private struct ClosedBounds: Sendable {
    let low: Double
    let high: Double
  }

  init(low: [UInt8], high: [UInt8]) {
    self.low = low
    self.high = high
    if let first = PythonFloat.parse(low[...]), let last = PythonFloat.parse(high[...]) {
      numbers = ClosedBounds(low: first, high: last)
    } else {
      numbers = nil
    }
  }

  /// Whether the bounds are numbers, so that texts are not meant.
  var isOfNumbers: Bool { numbers != nil }

  /// Whether the range contains no number because its bounds are in the wrong order.
  var isReversed: Bool { numbers.map { $0.low > $0.high } ?? false }

  /// Nil for an integer that Python can't compare with a float.
  func contains(_ value: FieldValue) -> Bool? {
    switch PythonFloat.value(of: value) {
    case .overflow:
      return nil
    case .finite(let number):
      if let numbers { return numbers.low <= number && number <= numbers.high }
    case .none:
      break
    }
    // The order of UTF-8 bytes is the order of code points.
    let text = value.text
    return !text.lexicographicallyPrecedes(low) && !high.lexicographicallyPrecedes(text)
  }
}
