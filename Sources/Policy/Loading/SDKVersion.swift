import Python

/// A version of the SDK, compared as Control Zero 1.13.16 compares them.
package struct SDKVersion: Equatable {
  /// The level of policy semantics that is implemented here.
  static let implemented = SDKVersion(implementedText)
  package static let implementedText = "1.13.16"

  private enum Part: Equatable {
    case number(Int)
    case text(String)
  }

  private let parts: [Part]

  init(_ text: String) {
    var numbers: [Int] = []
    var suffix = ""
    var body = PythonSpace.stripped(Array(text.utf8)[...])
    if body.first.map(CaseFolding.asciiFolded) == UInt8(ascii: "v") { body = body.dropFirst() }
    for part in body.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      let part = String(decoding: part, as: UTF8.self).unicodeScalars
      let digits = part.prefix(while: PythonText.isDigit)
      numbers.append(Self.number(digits))
      if digits.endIndex < part.endIndex {
        // A suffix makes a version older than the same number without one.
        suffix = String(part[digits.endIndex...])
        break
      }
    }
    while numbers.count < 3 { numbers.append(0) }
    parts = numbers.map(Part.number) + [.number(suffix.isEmpty ? 1 : 0), .text(suffix)]
  }

  /// `int` of digits of any script, as large as fits; 0 for what `int` refuses.
  private static func number(_ digits: Substring.UnicodeScalarView) -> Int {
    guard digits.count <= 4300 else { return 0 }
    var number = 0
    for scalar in digits {
      guard let digit = PythonText.decimalValue(of: scalar) else { return 0 }
      number = number > (Int.max - 9) / 10 ? .max : number * 10 + digit
    }
    return number
  }

  /// Nil if the two can't be compared, which stops the SDK: one has more numbers, and all before are equal.
  func isBelow(_ other: SDKVersion) -> Bool? {
    for (mine, theirs) in zip(parts, other.parts) {
      switch (mine, theirs) {
      case (.number(let mine), .number(let theirs)): if mine != theirs { return mine < theirs }
      case (.text(let mine), .text(let theirs)): if mine != theirs { return mine < theirs }
      default: return nil
      }
    }
    return parts.count < other.parts.count
  }
}
