/// What a text must hold for a detector to have a chance. Determined for all detectors in one pass, before any
/// expression runs; see ``TextProfile``.
enum Requirement: Sendable {
  /// One of these texts of 1 to 4 bytes. One byte of each longer than one byte is a mark (``ByteClasses/Kind/marks``).
  ///
  /// - Parameter lead: the maximum number of bytes from the start of a match to the text; nil for any number.
  case literal([String], lead: Int?)
  /// A run with at least this many of the bytes that it counts.
  case run(Run, Int)
  /// Nothing is known about the expression.
  case nothing

  /// Whether this tells where matches start, to within a few bytes.
  var givesWindows: Bool {
    switch self {
    case .literal(_, let lead): lead != nil
    case .run: true
    case .nothing: false
    }
  }

  static func literal(_ texts: [String]) -> Requirement { .literal(texts, lead: nil) }

  /// A word in every combination of lowercase and uppercase letters.
  static func cases(of word: String) -> [String] {
    word.reduce([""]) { texts, letter in texts.flatMap { [$0 + letter.lowercased(), $0 + letter.uppercased()] } }
  }

  /// Runs of bytes that belong together, and those among them that count. A digit of any script counts everywhere.
  enum Run: Int, Sendable, CaseIterable {
    /// Digits alone.
    case digits
    /// Digits, with hyphens and periods between them.
    case dashedDigits
    /// Digits, with spaces, hyphens, parentheses and plus signs between them.
    case groupedDigits
    /// ASCII letters and digits.
    case alphanumeric
    /// The Base64 alphabet.
    case base64
    /// Letters, digits and `._~-`.
    case unreserved
    /// ASCII uppercase letters and digits.
    case capitals
    /// Lowercase hexadecimal digits.
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
