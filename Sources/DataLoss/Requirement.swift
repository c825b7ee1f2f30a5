/// What a text must hold for a detector to have a chance. Found out for all detectors in one pass, before any
/// expression runs; see ``TextProfile``.
enum Requirement: Sendable {
  /// One of these texts of 1 to 4 bytes. Of those of two and more one byte is a mark (``ByteClasses/Kind/marks``).
  ///
  /// - Parameter lead: how many bytes before it a match may start at the most; nil for any number.
  case literal([String], lead: Int?)
  /// A run with at least so many of the bytes that it counts.
  case run(Run, Int)
  /// Nothing is known about the expression.
  case nothing

  /// Whether it tells where matches start, within few bytes.
  var givesWindows: Bool {
    switch self {
    case .literal(_, let lead): lead != nil
    case .run: true
    case .nothing: false
    }
  }

  static func literal(_ texts: [String]) -> Requirement { .literal(texts, lead: nil) }

  /// A word of letters in all mixtures of small ones and capitals.
  static func cases(of word: String) -> [String] {
    word.reduce([""]) { texts, letter in texts.flatMap { [$0 + letter.lowercased(), $0 + letter.uppercased()] } }
  }

  /// Runs of bytes that are kept together, and those among them that count. A digit of any script counts everywhere.
  enum Run: Int, Sendable, CaseIterable {
    /// Digits alone.
    case digits
    /// Digits, and between them hyphens and points.
    case dashedDigits
    /// Digits, and between them spaces, hyphens, parentheses and plus signs.
    case groupedDigits
    /// ASCII letters and digits.
    case alphanumeric
    /// The alphabet of base64.
    case base64
    /// Letters, digits and `._~-`.
    case unreserved
    /// ASCII capitals and digits.
    case capitals
    /// Hexadecimal digits in lower case.
    case hexadecimal

    func counts(_ byte: UInt8) -> Bool {
      switch self {
      case .digits, .dashedDigits, .groupedDigits: Self.isDigit(byte)
      case .alphanumeric: Self.isDigit(byte) || Self.isLetter(byte)
      case .base64: Run.alphanumeric.counts(byte) || "+/=".utf8.contains(byte)
      case .unreserved: Run.alphanumeric.counts(byte) || "._~-".utf8.contains(byte)
      case .capitals: Self.isDigit(byte) || (0x41...0x5a).contains(byte)
      case .hexadecimal: Self.isDigit(byte) || (0x61...0x66).contains(byte)
      }
    }

    func keeps(_ byte: UInt8) -> Bool {
      switch self {
      case .dashedDigits: counts(byte) || "-.".utf8.contains(byte)
      case .groupedDigits: counts(byte) || Self.isSpace(byte) || "-()+".utf8.contains(byte)
      default: counts(byte)
      }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte & ~0x20) }
    private static func isSpace(_ byte: UInt8) -> Bool {
      (0x09...0x0d).contains(byte) || (0x1c...0x20).contains(byte)
    }
  }
}
