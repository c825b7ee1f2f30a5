package import Wire

/// Numbers as Python's `float` makes them from JSON values and from text.
package enum PythonFloat {
  /// The result of `float`.
  package enum Value: Equatable {
    case finite(Double)
    /// An integer beyond the range of a double, which is an error in Python.
    case overflow
    /// Not a number: a boolean, text that is not one, a list, an object.
    case none
  }

  /// The number that a JSON value stands for in a numeric comparison.
  package static func value(of node: JSONDocument.Node, in document: JSONDocument) -> Value {
    switch document.kind(of: node) {
    case .integer:
      let number = double(document.raw(node))
      return number.isFinite ? .finite(number) : .overflow
    case .number:
      return .finite(number(document.raw(node)))
    default:
      return .none
    }
  }

  /// The value of a JSON number that is not an integer, or of one of the literals `NaN`, `Infinity` and `-Infinity`.
  package static func number(_ raw: ArraySlice<UInt8>) -> Double {
    if raw.first == UInt8(ascii: "N") { return .nan }
    if raw.last == UInt8(ascii: "y") { return raw.first == UInt8(ascii: "-") ? -.infinity : .infinity }
    return double(raw)
  }

  /// `float(text.strip())`; nil if that is an error.
  package static func parse(_ text: ArraySlice<UInt8>) -> Double? {
    let text = PythonSpace.stripped(text)
    // Most texts are no numbers, which their first bytes show; they may be long.
    guard let first = text.first, isDigit(first) || first >= 0x80 || "+-.iInN".utf8.contains(first),
      let ascii = asciiDigits(text)
    else { return nil }
    var body = ascii[...]
    var sign: Double = 1
    if body.first == UInt8(ascii: "-") || body.first == UInt8(ascii: "+") {
      if body.removeFirst() == UInt8(ascii: "-") { sign = -1 }
    }
    if let special = special(body) { return sign * special }
    guard let digits = digits(of: body) else { return nil }
    return sign * double(digits[...])
  }

  private static func special(_ body: ArraySlice<UInt8>) -> Double? {
    guard body.count <= 8 else { return nil }
    switch String(decoding: body.map(CaseFolding.asciiFolded), as: UTF8.self) {
    case "inf", "infinity": return .infinity
    case "nan": return .nan
    default: return nil
    }
  }

  /// `digits[.digits][e[±]digits]` without underscores, which may only stand between two digits.
  private static func digits(of body: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var position = body.startIndex
    func run() -> Bool {
      let start = result.count
      while position < body.endIndex {
        if isDigit(body[position]) {
          result.append(body[position])
        } else if body[position] == UInt8(ascii: "_"), result.count > start, position + 1 < body.endIndex,
          isDigit(body[position + 1]), isDigit(body[position - 1])
        {
        } else {
          break
        }
        position += 1
      }
      return result.count > start
    }
    var hasDigits = run()
    if position < body.endIndex, body[position] == UInt8(ascii: ".") {
      if !hasDigits { result.append(UInt8(ascii: "0")) }
      result.append(UInt8(ascii: "."))
      position += 1
      let hasFraction = run()
      if !hasFraction { result.append(UInt8(ascii: "0")) }
      hasDigits = hasDigits || hasFraction
    }
    guard hasDigits else { return nil }
    if position < body.endIndex, body[position] | 0x20 == UInt8(ascii: "e") {
      result.append(UInt8(ascii: "e"))
      position += 1
      if position < body.endIndex, body[position] == UInt8(ascii: "-") || body[position] == UInt8(ascii: "+") {
        result.append(body[position])
        position += 1
      }
      guard run() else { return nil }
    }
    return position == body.endIndex ? result : nil
  }

  /// The text with the decimal digits of every script converted to ASCII; nil if it holds other non-ASCII characters.
  private static func asciiDigits(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    if text.allSatisfy({ $0 < 0x80 }) { return Array(text) }
    var result: [UInt8] = []
    var scalars = UTF8Scalars(text)
    while let value = scalars.next() {
      if value < 0x80 {
        result.append(UInt8(truncatingIfNeeded: value))
      } else if let digit = Unicode.Scalar(value).flatMap(PythonText.decimalValue) {
        result.append(UInt8(ascii: "0") + UInt8(digit))
      } else {
        return nil
      }
    }
    return result
  }

  private static func double(_ ascii: ArraySlice<UInt8>) -> Double {
    // The grammar has been checked, so the result is nil only for a number that a double can't hold.
    Double(String(decoding: ascii, as: UTF8.self)) ?? (ascii.first == UInt8(ascii: "-") ? -.infinity : .infinity)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
