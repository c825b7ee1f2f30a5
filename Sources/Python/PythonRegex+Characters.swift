extension PythonRegex {
  /// What an escape stands for.
  private enum Escape {
    case literal(Unicode.Scalar)
    /// One of `dDwWsS`.
    case category(Unicode.Scalar)
    /// One of `AbBZ`.
    case anchor(Unicode.Scalar)
    case reference(Int)
  }

  // MARK: Literals

  /// Writes one character that stands for itself.
  mutating func writeLiteral(_ scalar: Unicode.Scalar, _ flags: Flags) {
    if flags.ignoreCase, Self.dottedAndDotless.contains(scalar) {
      write("[" + Self.dottedAndDotlessMembers + "]")
    } else {
      write(Self.quoted(scalar))
    }
  }

  /// Python takes these four for one letter when case does not matter; PCRE2 does not.
  private static let dottedAndDotless: [Unicode.Scalar] = ["I", "i", "\u{130}", "\u{131}"]
  private static let dottedAndDotlessMembers = "iI\\x{130}\\x{131}"

  private static func quoted(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "0"..."9", "A"..."Z", "a"..."z", "_":
      String(scalar)
    default:
      "\\x{" + String(scalar.value, radix: 16) + "}"
    }
  }

  // MARK: Escapes

  /// Reads and writes what follows a backslash outside sets.
  mutating func escape(flags: Flags) throws(Problem) -> (width: Width, isAnchor: Bool) {
    switch try escape(inSet: false) {
    case .literal(let scalar):
      writeLiteral(scalar, flags)
      return ((1, 1), false)
    case .category(let letter):
      let isNegated = letter < "a"
      write((isNegated ? "[^" : "[") + Self.members(of: letter.properties.lowercaseMapping, ascii: flags.ascii) + "]")
      return ((1, 1), false)
    case .anchor(let letter):
      write(Self.anchor(letter, ascii: flags.ascii))
      return ((0, 0), true)
    case .reference(let number):
      return (try reference(to: number), false)
    }
  }

  private mutating func escape(inSet: Bool) throws(Problem) -> Escape {
    guard let letter = next else { throw .invalid("bad escape (end of pattern)") }
    position += 1
    switch letter {
    case "d", "D", "w", "W", "s", "S": return .category(letter)
    case "b" where inSet: return .literal("\u{8}")
    case "A", "b", "B", "Z":
      if inSet { throw .invalid("bad escape") }
      return .anchor(letter)
    case "a": return .literal("\u{7}")
    case "f": return .literal("\u{c}")
    case "n": return .literal("\n")
    case "r": return .literal("\r")
    case "t": return .literal("\t")
    case "v": return .literal("\u{b}")
    case "x": return .literal(try hexadecimal(2))
    case "u": return .literal(try hexadecimal(4))
    case "U": return .literal(try hexadecimal(8))
    case "N": throw .unsupported("`\\N{…}`; write the character itself")
    case "0"..."9": return try digitEscape(letter.value - 0x30, inSet: inSet)
    case "a"..."z", "A"..."Z": throw .invalid("bad escape")
    default: return .literal(letter)
    }
  }

  /// `\0`, `\12`, `\101`: an octal number or a group.
  private mutating func digitEscape(_ first: UInt32, inSet: Bool) throws(Problem) -> Escape {
    func octal(_ most: Int, _ start: UInt32) -> UInt32 {
      var value = start
      var count = 0
      while count < most, let scalar = next, ("0"..."7").contains(scalar) {
        value = value * 8 + scalar.value - 0x30
        position += 1
        count += 1
      }
      return value
    }
    if inSet || first == 0 {
      guard first < 8 else { throw .invalid("bad escape") }
      return .literal(try Self.octal(octal(2, first)))
    }
    guard let second = next, ("0"..."9").contains(second) else { return .reference(Int(first)) }
    position += 1
    if first < 8, second < "8", let third = next, ("0"..."7").contains(third) {
      position += 1
      return .literal(try Self.octal(first * 64 + (second.value - 0x30) * 8 + third.value - 0x30))
    }
    return .reference(Int(first * 10 + second.value - 0x30))
  }

  private static func octal(_ value: UInt32) throws(Problem) -> Unicode.Scalar {
    guard value <= 0o377, let scalar = Unicode.Scalar(value) else {
      throw .invalid("octal escape value outside of range 0-0o377")
    }
    return scalar
  }

  private mutating func hexadecimal(_ count: Int) throws(Problem) -> Unicode.Scalar {
    var value: UInt64 = 0
    for _ in 0..<count {
      guard let scalar = next, scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
        throw .invalid("incomplete escape")
      }
      value = value << 4 | UInt64(digit)
      position += 1
    }
    guard value <= 0x10ffff else { throw .invalid("bad escape") }
    guard let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: value)) else {
      throw .unsupported("half of a surrogate pair")
    }
    return scalar
  }

  // MARK: Sets

  /// Reads and writes a set, from after its `[`.
  mutating func set(flags: Flags) throws(Problem) {
    write(take("^") ? "[^" : "[")
    var isEmpty = true
    while true {
      let scalar = try setScalar()
      if scalar == "]", !isEmpty { break }
      let low = try member(scalar)
      isEmpty = false
      guard take("-") else {
        try writeMember(low, flags)
        continue
      }
      let end = try setScalar()
      if end == "]" {
        try writeMember(low, flags)
        write("\\x{2d}")
        break
      }
      guard case .literal(let first) = low, case .literal(let last) = try member(end), first <= last else {
        throw .invalid("bad character range")
      }
      try writeRange(first, last, flags)
    }
    write("]")
  }

  private mutating func setScalar() throws(Problem) -> Unicode.Scalar {
    guard let scalar = next else { throw .invalid("unterminated character set") }
    position += 1
    return scalar
  }

  private mutating func member(_ scalar: Unicode.Scalar) throws(Problem) -> Escape {
    scalar == "\\" ? try escape(inSet: true) : .literal(scalar)
  }

  private mutating func writeMember(_ member: Escape, _ flags: Flags) throws(Problem) {
    switch member {
    case .literal(let scalar):
      try writeRange(scalar, scalar, flags)
    case .category(let letter):
      let positive = Self.members(of: letter.properties.lowercaseMapping, ascii: flags.ascii)
      write(letter >= "a" ? positive : Self.complement(of: letter.properties.lowercaseMapping, ascii: flags.ascii))
    case .anchor, .reference:
      throw .invalid("bad escape")
    }
  }

  private mutating func writeRange(_ first: Unicode.Scalar, _ last: Unicode.Scalar, _ flags: Flags) throws(Problem) {
    write(Self.quoted(first))
    if last > first { write("-" + Self.quoted(last)) }
    if flags.ignoreCase, Self.dottedAndDotless.contains(where: { (first...last).contains($0) }) {
      write(Self.dottedAndDotlessMembers)
    }
  }

  // MARK: Categories

  private static func members(of letter: String, ascii: Bool) -> String {
    switch (letter, ascii) {
    case ("d", false): "\\d"
    case ("d", true): "0-9"
    case ("w", false): "\\w"
    case ("w", true): "0-9A-Z_a-z"
    case (_, true): "\\x{9}-\\x{d}\\x{20}"
    case (_, false):
      "\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"
    }
  }

  private static func complement(of letter: String, ascii: Bool) -> String {
    switch (letter, ascii) {
    case ("d", false): "\\D"
    case ("d", true): "\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}"
    case ("w", false): "\\W"
    case ("w", true): "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{10ffff}"
    case (_, true): "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{10ffff}"
    case (_, false):
      "\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"
        + "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}"
    }
  }

  private static func anchor(_ letter: Unicode.Scalar, ascii: Bool) -> String {
    let word = "[0-9A-Z_a-z]"
    let boundary = ascii ? "(?:(?<=\(word))(?!\(word))|(?<!\(word))(?=\(word)))" : "\\b"
    return switch letter {
    case "A": "\\A"
    case "Z": "\\z"
    case "b": boundary
    // In Python, `\B` does not match in an empty text.
    default: (ascii ? "(?!\(boundary))" : "\\B") + "(?!(?<![\\s\\S])(?![\\s\\S]))"
    }
  }
}
