import Wire

/// Text as Python writes values: what the original evaluator compares and reports.
package enum PythonText {
  /// `repr(float)`: the shortest digits that read back as the same value, with an exponent from 1e16 and below 1e-4.
  package static func number(_ value: Double) -> String {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the text of ``number(_:)``.
  static func append(_ value: Double, to bytes: inout [UInt8]) {
    if value.isNaN {
      bytes += "nan".utf8
      return
    }
    if value < 0 || value == 0 && value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
    if value.isInfinite || value == 0 {
      bytes += (value == 0 ? "0.0" : "inf").utf8
      return
    }
    let decimal = ShortestDecimal(value.magnitude)
    let (digits, exponent) = (decimal.digits, decimal.exponent)
    if exponent < -4 || exponent >= 16 {
      bytes += digits.prefix(1)
      if digits.count > 1 { bytes.append(UInt8(ascii: ".")) }
      bytes += digits.dropFirst()
      bytes += (exponent < 0 ? "e-" : "e+").utf8
      if exponent.magnitude < 10 { bytes.append(UInt8(ascii: "0")) }
      bytes += String(exponent.magnitude).utf8
    } else if exponent < 0 {
      bytes += "0.".utf8
      bytes += repeatElement(UInt8(ascii: "0"), count: -exponent - 1)
      bytes += digits
    } else {
      bytes += digits.prefix(exponent + 1)
      bytes += repeatElement(UInt8(ascii: "0"), count: max(0, exponent + 1 - digits.count))
      bytes.append(UInt8(ascii: "."))
      if digits.count <= exponent + 1 { bytes.append(UInt8(ascii: "0")) }
      bytes += digits.dropFirst(exponent + 1)
    }
  }

  /// `repr(str)`.
  package static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    appendQuoted(Array(text.utf8)[...], to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  package static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: isKnown(scalar)
    }
  }

  /// Whether Python 3.11 knows the character: Unicode 14.
  package static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.age.map { $0.major <= 14 } ?? false
  }

  /// `str.isalpha` of one character.
  package static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: isKnown(scalar)
    default: false
    }
  }

  /// `str.isnumeric` of one character.
  package static func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.numericType != nil && isKnown(scalar)
  }

  /// The value of a decimal digit of any script; nil for any other character.
  package static func decimalValue(of scalar: Unicode.Scalar) -> Int? {
    guard scalar.properties.numericType == .decimal, isKnown(scalar) else { return nil }
    return scalar.properties.numericValue.map { Int($0) }
  }

  /// `str.isdigit` of one character.
  package static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.numericType {
    case .decimal, .digit: isKnown(scalar)
    default: false
    }
  }
}
