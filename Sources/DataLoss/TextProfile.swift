import Python

/// What is found out about a text before any expression runs, so that most expressions need not.
struct TextProfile {
  /// Those that occur.
  let literals: LiteralSet
  /// Whether digits and white space are all of ASCII.
  let isPlain: Bool
  /// Whether there may be a run that is long enough for a key or a token.
  let hasLongRun: Bool

  /// The least that a detector asks for whose run is one of ``longKinds``.
  static let longRun = 26
  /// The runs of tokens; all of their bytes are among those of ``isOfToken``.
  static let longKinds: Set<Requirement.Run> = [.alphanumeric, .base64, .unreserved, .hexadecimal]

  init(_ text: Span<UInt8>) {
    literals = LiteralFinder.shared.occurring(in: text)
    isPlain = Self.isPlain(text)
    hasLongRun = !isPlain || Self.hasLongRun(text)
  }

  private static func isPlain(_ text: Span<UInt8>) -> Bool {
    var offset = 0
    while offset < text.count {
      // Eight at a time while there is nothing but ASCII.
      while offset + 8 <= text.count {
        // SAFETY: the load is bounds-checked; every bit pattern is a UInt64.
        let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        guard word & 0x8080_8080_8080_8080 == 0 else { break }
        offset += 8
      }
      guard offset < text.count else { break }
      let (scalar, length) = UTF8Scalars.scalar(in: text, at: offset)
      if scalar >= 0x80, OtherScripts.kind(of: scalar) != .neither { return false }
      offset += length
    }
    return true
  }

  /// Whether so many bytes of a token stand together. Bytes that are that far apart suffice to say no.
  private static func hasLongRun(_ text: Span<UInt8>) -> Bool {
    let isOfToken = isOfToken.span
    var position = longRun - 1
    while position < text.count {
      guard isOfToken[Int(text[position])] else {
        position += longRun
        continue
      }
      var start = position
      while start > position - longRun + 1, isOfToken[Int(text[start - 1])] { start -= 1 }
      var end = position + 1
      while end < text.count, end - start < longRun, isOfToken[Int(text[end])] { end += 1 }
      if end - start >= longRun { return true }
      position = end + longRun
    }
    return false
  }

  private static let isOfToken: [Bool] = (UInt8.min...UInt8.max).map { byte in
    longKinds.contains { $0.keeps(byte) }
  }
}

/// The digits and white space beyond ASCII, which `\d` and `\s` match too.
enum OtherScripts {
  enum Kind {
    case digit
    case space
    case neither
  }

  static func kind(of scalar: UInt32) -> Kind {
    switch scalar {
    // Han, Hangul and Latin letters, the most frequent ones by far.
    case 0x4e00...0x9fff, 0xac00...0xd7a3, 0xc0...0x24f: return .neither
    default: break
    }
    if PythonSpace.isSpace(scalar) { return .space }
    guard let scalar = Unicode.Scalar(scalar) else { return .neither }
    return scalar.properties.generalCategory == .decimalNumber ? .digit : .neither
  }
}
