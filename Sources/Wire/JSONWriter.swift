/// Builds JSON text. Separators are placed by the writer; the caller keeps objects and arrays balanced.
///
/// For text that originates here: audit rows, answers, command output. A message from the wire is never re-encoded.
public struct JSONWriter: Sendable {
  /// How the text is laid out.
  public enum Style: Sendable {
    /// No white space; UTF-8.
    case compact
    /// No white space; everything beyond ASCII escaped.
    case compactASCII
    /// As Python's `json.dumps` writes by default: `", "` and `": "`, everything beyond ASCII escaped.
    case python
  }

  public private(set) var bytes: [UInt8] = []
  private let style: Style
  private var needsSeparator = false

  public init(style: Style = .compact) {
    self.style = style
  }

  /// Reserves this many bytes, so that the text need not move while it grows to them.
  public mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  // MARK: Structure

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  public mutating func key(_ key: StaticString) {
    key.withSpan { appendKey($0) }
  }

  public mutating func key(bytes key: some Collection<UInt8>) {
    string(bytes: key)
    bytes.append(UInt8(ascii: ":"))
    if style == .python { bytes.append(0x20) }
    needsSeparator = false
  }

  /// Ends a line of JSON Lines.
  public mutating func endLine() { bytes.append(0x0a) }

  // MARK: Values

  public mutating func string(_ value: String) { string(value.utf8.span) }

  /// Writes a string of these bytes; invalid UTF-8 in it becomes U+FFFD.
  @inlinable
  public mutating func string(bytes value: some Collection<UInt8>) {
    let isDone: Void? = value.withContiguousStorageIfAvailable { buffer in
      // SAFETY: the span does not outlive the buffer.
      string(unsafe Span(_unsafeElements: buffer))
    }
    if isDone == nil { string(Array(value).span) }
  }

  public mutating func string(_ value: Span<UInt8>) {
    let plain = Self.plainCount(value)
    guard plain < value.count else {
      unsafe append(atMost: value.count + 2) { unsafe Self.write(value, between: UInt8(ascii: "\""), to: $0) }
      needsSeparator = true
      return
    }
    separate()
    bytes.append(UInt8(ascii: "\""))
    // SAFETY: the buffers are read while the span is borrowed.
    unsafe value.withUnsafeBufferPointer { buffer in
      unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<plain]))
      // Decoding repairs invalid UTF-8. The plain prefix is ASCII, so it does not end inside a character.
      let text = unsafe String(decoding: UnsafeBufferPointer(rebasing: buffer[plain...]), as: UTF8.self)
      for scalar in text.unicodeScalars { appendEscaped(scalar) }
    }
    bytes.append(UInt8(ascii: "\""))
    needsSeparator = true
  }

  @inlinable
  public mutating func integer(_ value: some BinaryInteger) {
    if let number = Int(exactly: value) { integer(number) } else { raw(String(value).utf8) }
  }

  public mutating func integer(_ value: Int) {
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
    var (rest, start) = (value.magnitude, 20)
    repeat {
      start -= 1
      digits[start] += UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    if value < 0 {
      start -= 1
      digits[start] = UInt8(ascii: "-")
    }
    raw(digits.span.extracting(start...))
  }

  public mutating func boolean(_ value: Bool) { raw((value ? "true" : "false").utf8) }
  public mutating func null() { raw("null".utf8) }

  /// Writes JSON text that the caller vouches for.
  @inlinable
  public mutating func raw(_ json: some Collection<UInt8>) {
    let isDone: Void? = json.withContiguousStorageIfAvailable { buffer in
      // SAFETY: the span does not outlive the buffer.
      raw(unsafe Span(_unsafeElements: buffer))
    }
    if isDone == nil { raw(Array(json).span) }
  }

  public mutating func raw(_ json: Span<UInt8>) {
    unsafe append(atMost: json.count) { unsafe Self.copy(json, to: $0) }
    needsSeparator = true
  }

  // MARK: Parts

  private mutating func begin(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsSeparator = false
  }

  private mutating func end(_ bracket: UInt8) {
    bytes.append(bracket)
    needsSeparator = true
  }

  private mutating func separate() {
    guard needsSeparator else { return }
    bytes.append(UInt8(ascii: ","))
    if style == .python { bytes.append(0x20) }
  }

  private mutating func appendKey(_ key: Span<UInt8>) {
    guard Self.plainCount(key) == key.count else {
      self.key(bytes: unsafe key.withUnsafeBufferPointer { unsafe Array($0) })
      return
    }
    let isSpaced = style == .python
    unsafe append(atMost: key.count + 4) { place in
      var count = unsafe Self.write(key, between: UInt8(ascii: "\""), to: place)
      unsafe place[count] = UInt8(ascii: ":")
      if isSpaced { unsafe place[count + 1] = 0x20 }
      count += isSpaced ? 2 : 1
      return count
    }
    needsSeparator = false
  }

  /// Appends the separator, if one is due, and what the closure writes, in one operation.
  ///
  /// - Parameters:
  ///   - count: the most bytes that the closure writes.
  ///   - write: writes at the given address, and returns how many bytes it wrote.
  @inline(__always)
  private mutating func append(atMost count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
    let (needsSeparator, isSpaced) = (needsSeparator, style == .python)
    bytes.append(addingCapacity: count + 2) { output in
      // SAFETY: there is room for `count` + 2 bytes, and `filled` counts exactly the bytes written.
      unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
        guard var place = buffer.baseAddress else { return }
        unsafe place += filled
        if needsSeparator {
          unsafe place[0] = UInt8(ascii: ",")
          if isSpaced { unsafe place[1] = 0x20 }
          let width = isSpaced ? 2 : 1
          unsafe place += width
          filled += width
        }
        filled += unsafe write(place)
      }
    }
  }

  @inline(__always)
  private static func copy(_ value: Span<UInt8>, to place: UnsafeMutablePointer<UInt8>) -> Int {
    // SAFETY: the caller has room for the value.
    unsafe value.withUnsafeBufferPointer { buffer in
      if let start = buffer.baseAddress { unsafe place.update(from: start, count: buffer.count) }
      return buffer.count
    }
  }

  @inline(__always)
  private static func write(
    _ value: Span<UInt8>, between quote: UInt8, to place: UnsafeMutablePointer<UInt8>
  ) -> Int {
    unsafe place[0] = quote
    let count = unsafe copy(value, to: place + 1)
    unsafe place[count + 1] = quote
    return count + 2
  }

  /// How many bytes at the start need no escape in any style: eight at a time, then one by one.
  private static func plainCount(_ value: Span<UInt8>) -> Int {
    var position = 0
    while position &+ 8 <= value.count, isPlain(word(of: value, at: position)) { position &+= 8 }
    // The remaining bytes are checked together with some that were checked before; four to seven bytes alone, as two
    // halves that overlap.
    switch value.count {
    case position: return position
    case 8...:
      if position &+ 8 > value.count, isPlain(word(of: value, at: value.count &- 8)) { return value.count }
    case 4...:
      let first = UInt64(half(of: value, at: 0))
      if isPlain(first | UInt64(half(of: value, at: value.count &- 4)) << 32) { return value.count }
    default: break
    }
    while position < value.count {
      let byte = value[position]
      guard byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
      position += 1
    }
    return position
  }

  /// Whether none of eight bytes is a quote, a backslash, a control, DEL or beyond ASCII.
  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let (quote, backslash) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5c))
    // The top bit of each such byte is set in `special`.
    let special = (quote &- ones) | (backslash &- ones) | (word &- (ones &* 0x20)) | (word &+ ones) | word
    return special & (ones &* 0x80) == 0
  }

  @inline(__always)
  private static func word(of value: Span<UInt8>, at position: Int) -> UInt64 {
    // SAFETY: the load is bounds-checked; every bit pattern is a UInt64.
    unsafe value.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
  }

  @inline(__always)
  private static func half(of value: Span<UInt8>, at position: Int) -> UInt32 {
    // SAFETY: the load is bounds-checked; every bit pattern is a UInt32.
    unsafe value.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self)
  }

  private mutating func appendEscaped(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": append("\\\"")
    case "\\": append("\\\\")
    case "\n": append("\\n")
    case "\r": append("\\r")
    case "\t": append("\\t")
    case "\u{8}": append("\\b")
    case "\u{c}": append("\\f")
    case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    default:
      // DEL stays as it is, as in Python; the compact style escapes nothing beyond ASCII either.
      if scalar.value == 0x7f || (style == .compact && scalar.value > 0x7f) {
        bytes.append(contentsOf: scalar.utf8)
      } else {
        for unit in scalar.utf16 { appendEscape(of: unit) }
      }
    }
  }

  private mutating func appendEscape(of unit: UInt16) {
    append("\\u")
    for shift in [12, 8, 4, 0] as [UInt16] {
      let digit = UInt8(truncatingIfNeeded: unit >> shift & 0xf)
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  private mutating func append(_ text: StaticString) {
    // SAFETY: a StaticString's buffer lives as long as the process.
    text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
  }
}
