import Wire

/// Scans the keys and values of a TOML 1.0 text.
struct TOMLReader {
  /// A value, with the details that are needed here.
  struct Value {
    let range: Range<Int>
    /// The content of a string; nil for any other value.
    var text: String?
    /// The elements of an array; nil for any other value.
    var elements: [Value]?
    /// The first part of each key of an inline table; empty for any other value.
    var keys: [String] = []
  }

  let bytes: [UInt8]
  let lines: LineIndex
  private(set) var position = 0
  private static let maxNesting = 64

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    lines = LineIndex(bytes[...])
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func failure(_ message: String, at offset: Int) -> HostConfigError {
    HostConfigError("it can't be read as TOML: \(message)", at: TextPlace(of: offset, in: lines))
  }

  private func unexpected() -> HostConfigError {
    failure(next == nil ? "it ends too early" : "unexpected byte", at: position)
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(HostConfigError) {
    guard take(byte) else { throw unexpected() }
  }

  // MARK: Space

  private mutating func skipSpace() {
    while next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { position += 1 }
  }

  /// Skips white space, line ends and comments.
  mutating func skipSpaceAndLines() {
    while let byte = next {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): position += 1
      case UInt8(ascii: "#"): skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() {
    while let byte = next, byte != UInt8(ascii: "\n") { position += 1 }
  }

  mutating func endOfLine() throws(HostConfigError) {
    skipSpace()
    if next == UInt8(ascii: "#") { skipComment() }
    _ = take(UInt8(ascii: "\r"))
    guard next == nil || take(UInt8(ascii: "\n")) else { throw unexpected() }
  }

  // MARK: Keys

  /// Reads `[a.b]` or `[[a.b]]`, to the end of its line.
  mutating func header() throws(HostConfigError) -> (path: [String], isList: Bool) {
    try expect(UInt8(ascii: "["))
    let isList = take(UInt8(ascii: "["))
    let path = try parts()
    try expect(UInt8(ascii: "]"))
    if isList { try expect(UInt8(ascii: "]")) }
    try endOfLine()
    return (path, isList)
  }

  /// Reads `a.b =`, up to the value.
  mutating func key() throws(HostConfigError) -> [String] {
    let key = try parts()
    try expect(UInt8(ascii: "="))
    skipSpace()
    return key
  }

  private mutating func parts() throws(HostConfigError) -> [String] {
    var parts: [String] = []
    repeat {
      skipSpace()
      let start = position
      switch next {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        guard let text = try string(mayHaveLines: false).text else { throw unexpected() }
        parts.append(text)
      default:
        while let byte = next, Self.isBare(byte) { position += 1 }
        guard position > start else { throw unexpected() }
        parts.append(String(decoding: bytes[start..<position], as: UTF8.self))
      }
      skipSpace()
    } while take(UInt8(ascii: "."))
    return parts
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || "_-".utf8.contains(byte)
  }

  // MARK: Values

  mutating func value(nesting: Int = 0) throws(HostConfigError) -> Value {
    guard nesting < Self.maxNesting else { throw failure("it is nested too deeply", at: position) }
    let start = position
    switch next {
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      return try string(mayHaveLines: true)
    case UInt8(ascii: "["):
      return try array(nesting: nesting)
    case UInt8(ascii: "{"):
      return try inlineTable(nesting: nesting)
    default:
      try scalar()
    }
    return Value(range: start..<position)
  }

  /// Skips a number, a date or a boolean.
  private mutating func scalar() throws(HostConfigError) {
    let start = position
    while let byte = next, Self.isBare(byte) || isWithinTime(byte, from: start) { position += 1 }
    guard position > start else { throw unexpected() }
  }

  /// Whether a byte that is not allowed in bare keys belongs to a number or a time. A space may separate date and time.
  private func isWithinTime(_ byte: UInt8, from start: Int) -> Bool {
    if byte == UInt8(ascii: " ") {
      return position == start + 10 && position + 3 < bytes.count && bytes[position + 3] == UInt8(ascii: ":")
    }
    return byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
  }

  private mutating func array(nesting: Int) throws(HostConfigError) -> Value {
    let start = position
    var elements: [Value] = []
    position += 1
    while true {
      skipSpaceAndLines()
      if take(UInt8(ascii: "]")) { break }
      elements.append(try value(nesting: nesting + 1))
      skipSpaceAndLines()
      if take(UInt8(ascii: "]")) { break }
      try expect(UInt8(ascii: ","))
    }
    return Value(range: start..<position, elements: elements)
  }

  private mutating func inlineTable(nesting: Int) throws(HostConfigError) -> Value {
    let start = position
    var keys: [String] = []
    position += 1
    repeat {
      skipSpaceAndLines()
      if next == UInt8(ascii: "}") { break }
      keys += try key().prefix(1)
      _ = try value(nesting: nesting + 1)
      skipSpaceAndLines()
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return Value(range: start..<position, keys: keys)
  }

  // MARK: Strings

  /// Reads a string of any of the four kinds.
  private mutating func string(mayHaveLines: Bool) throws(HostConfigError) -> Value {
    let start = position
    let quote = bytes[start]
    let hasLines = bytes[start...].starts(with: [quote, quote, quote])
    guard mayHaveLines || !hasLines else { throw unexpected() }
    position += hasLines ? 3 : 1
    if hasLines {
      _ = take(UInt8(ascii: "\r"))
      _ = take(UInt8(ascii: "\n"))
    }
    var content: [UInt8] = []
    while true {
      guard let byte = next else { throw unexpected() }
      if byte == quote {
        if !hasLines { break }
        let quotes = bytes[position...].prefix { $0 == quote }.count
        // One or two quotes may directly precede the three that end the string.
        guard quotes < 3 else {
          let kept = min(quotes - 3, 2)
          content += Array(repeating: quote, count: kept)
          position += kept
          break
        }
        content += Array(repeating: quote, count: quotes)
        position += quotes
        continue
      }
      if byte == UInt8(ascii: "\n"), !hasLines { throw unexpected() }
      position += 1
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        content += try escape(hasLines: hasLines)
      } else {
        content.append(byte)
      }
    }
    position += hasLines ? 3 : 1
    return Value(range: start..<position, text: String(decoding: content, as: UTF8.self))
  }

  /// The characters that the escape after a backslash stands for.
  private mutating func escape(hasLines: Bool) throws(HostConfigError) -> [UInt8] {
    guard let byte = next else { throw unexpected() }
    let start = position
    position += 1
    switch byte {
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return [byte]
    case UInt8(ascii: "u"): return try character(digits: 4)
    case UInt8(ascii: "U"): return try character(digits: 8)
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
      // A backslash at the end of a line removes the line end and all white space after it.
      while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
      guard hasLines, bytes[start..<position].contains(UInt8(ascii: "\n")) else {
        throw failure("unknown escape", at: start)
      }
      return []
    default:
      throw failure("unknown escape", at: start)
    }
  }

  private mutating func character(digits: Int) throws(HostConfigError) -> [UInt8] {
    let text = String(decoding: bytes[position...].prefix(digits), as: UTF8.self)
    guard text.utf8.count == digits, text.utf8.allSatisfy({ $0 != 0x2b && $0 != 0x2d }),
      let value = UInt32(text, radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw failure("it is no character", at: position) }
    position += digits
    return Array(String(scalar).utf8)
  }
}
