/// Builds JSON text. Separators are placed by the writer; the caller keeps objects and arrays balanced.
///
/// For texts of our own: audit rows, answers, command output. A message from the wire is never written anew.
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

  // MARK: Structure

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  public mutating func key(_ key: StaticString) {
    // SAFETY: a StaticString's buffer lives as long as the process.
    key.withUTF8Buffer { unsafe self.key(bytes: $0) }
  }

  public mutating func key(bytes key: some Collection<UInt8>) {
    separate()
    appendString(key)
    bytes.append(UInt8(ascii: ":"))
    if style == .python { bytes.append(0x20) }
    needsSeparator = false
  }

  // MARK: Values

  public mutating func string(_ value: String) { string(bytes: value.utf8) }

  /// Writes a string of these bytes; what is not UTF-8 in it becomes U+FFFD.
  public mutating func string(bytes value: some Collection<UInt8>) {
    writeValue { $0.appendString(value) }
  }

  public mutating func integer(_ value: some BinaryInteger) { raw(String(value).utf8) }
  public mutating func boolean(_ value: Bool) { raw((value ? "true" : "false").utf8) }
  public mutating func null() { raw("null".utf8) }

  /// Writes JSON text that the caller vouches for.
  public mutating func raw(_ json: some Collection<UInt8>) {
    writeValue { writer in
      let isDone: Void? = json.withContiguousStorageIfAvailable { unsafe writer.bytes.append(contentsOf: $0) }
      if isDone == nil { writer.bytes.append(contentsOf: json) }
    }
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

  private mutating func writeValue(_ write: (inout JSONWriter) -> Void) {
    separate()
    write(&self)
    needsSeparator = true
  }

  /// One call for all bytes: a generic loop over them would not be specialised for callers in other modules.
  private mutating func appendString(_ value: some Collection<UInt8>) {
    let isDone: Void? = value.withContiguousStorageIfAvailable { buffer in
      // SAFETY: the span does not outlive the buffer.
      appendQuoted(unsafe Span(_unsafeElements: buffer))
    }
    if isDone == nil { appendQuoted(Array(value).span) }
  }

  private mutating func appendQuoted(_ value: Span<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    let plain = Self.plainCount(value)
    // SAFETY: the buffers are read while the span is borrowed.
    unsafe value.withUnsafeBufferPointer { buffer in
      unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<plain]))
      guard plain < buffer.count else { return }
      // Decoding repairs what is not UTF-8. What is plain so far ends no character in its middle.
      let text = unsafe String(decoding: UnsafeBufferPointer(rebasing: buffer[plain...]), as: UTF8.self)
      for scalar in text.unicodeScalars { appendEscaped(scalar) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// How many bytes at the start stand for themselves in every style: eight at a time, then one by one.
  private static func plainCount(_ value: Span<UInt8>) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var position = 0
    while position + 8 <= value.count {
      // SAFETY: the load is bounds-checked; every bit pattern is a UInt64.
      let word = unsafe value.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
      let (quote, backslash, delete) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5c), word ^ (ones &* 0x7f))
      let special =
        ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((delete &- ones) & ~delete)
        | ((word &- (ones &* 0x20)) & ~word) | word
      guard special & (ones << 7) == 0 else { break }
      position += 8
    }
    while position < value.count {
      let byte = value[position]
      guard byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
      position += 1
    }
    return position
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
      // Python escapes DEL neither; the compact style escapes the controls only.
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
