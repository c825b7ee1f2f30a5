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
      let digits = part.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      numbers.append(digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self)) ?? .max)
      if digits.count < part.count {
        // A suffix makes a version older than the same number without one.
        suffix = String(decoding: part.dropFirst(digits.count), as: UTF8.self)
        break
      }
    }
    while numbers.count < 3 { numbers.append(0) }
    parts = numbers.map(Part.number) + [.number(suffix.isEmpty ? 1 : 0), .text(suffix)]
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
