import Python

/// What is known about a text before any expression runs, so that most expressions need not.
struct TextProfile {
  /// The literals that occur.
  let literals: LiteralSet
  let classes: ByteClasses
  /// Whether all digits and white space are ASCII.
  let isPlain: Bool
  /// Whether there may be a run long enough for a key or a token.
  let hasLongRun: Bool

  /// The least count that a detector asks for if its run is one of ``longKinds``.
  static let longRun = 26
  /// The runs of tokens; all of their bytes are among ``ByteClasses/Kind/tokens``.
  static let longKinds: [Requirement.Run] = [.alphanumeric, .base64, .unreserved, .hexadecimal]

  init(_ text: Span<UInt8>) {
    classes = ByteClasses(text)
    literals = LiteralFinder.shared.occurring(in: text, classes)
    isPlain = classes.isASCII || Self.isPlain(text)
    hasLongRun = !isPlain || classes.hasRun(of: .tokens, atLeast: Self.longRun)
  }

  private static func isPlain(_ text: Span<UInt8>) -> Bool {
    var offset = 0
    while offset < text.count {
      let (scalar, length) = UTF8Scalars.scalar(in: text, at: offset)
      if scalar >= 0x80, OtherScripts.kind(of: scalar) != .neither { return false }
      offset += length
    }
    return true
  }
}

/// The digits and white space beyond ASCII, which `\d` and `\s` also match.
enum OtherScripts {
  enum Kind {
    case digit
    case space
    case neither
  }

  static func kind(of scalar: UInt32) -> Kind {
    switch scalar {
    // Han, Hangul and Latin letters, by far the most frequent ones.
    case 0x4e00...0x9fff, 0xac00...0xd7a3, 0xc0...0x24f: return .neither
    default: break
    }
    if PythonSpace.isSpace(scalar) { return .space }
    guard let scalar = Unicode.Scalar(scalar) else { return .neither }
    return scalar.properties.generalCategory == .decimalNumber ? .digit : .neither
  }
}
