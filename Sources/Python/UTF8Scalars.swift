/// The code points of UTF-8 bytes. Half a surrogate pair, which a policy file can escape, is one as well. Protocol text is
/// valid UTF-8 otherwise; invalid bytes come out one by one, as values beyond the range of code points.
package struct UTF8Scalars {
  private let bytes: [UInt8]
  package private(set) var position = 0

  package init(_ bytes: some Collection<UInt8>) {
    self.bytes = Array(bytes)
  }

  package mutating func next() -> UInt32? {
    guard position < bytes.count else { return nil }
    let (scalar, length) = Self.scalar(in: bytes.span, at: position)
    position += length
    return scalar
  }

  /// The scalar at an offset within the bytes, and its length in bytes.
  @inlinable
  @inline(__always)
  package static func scalar(in bytes: Span<UInt8>, at offset: Int) -> (scalar: UInt32, length: Int) {
    let first = bytes[offset]
    if first < 0x80 { return (UInt32(first), 1) }
    let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
    guard length > 1, offset + length <= bytes.count else { return (0x11_0000 + UInt32(first), 1) }
    var scalar = UInt32(first) & (0x7f >> UInt32(length))
    for index in offset + 1..<offset + length {
      guard bytes[index] & 0xc0 == 0x80 else { return (0x11_0000 + UInt32(first), 1) }
      scalar = scalar << 6 | UInt32(bytes[index] & 0x3f)
    }
    return (scalar, length)
  }

  /// The first `count` characters of a text.
  package static func prefix(of text: ArraySlice<UInt8>, count: Int) -> ArraySlice<UInt8> {
    guard text.count > count else { return text }
    let span = text.span
    var offset = 0
    for _ in 0..<count where offset < span.count { offset += scalar(in: span, at: offset).length }
    return text.prefix(offset)
  }

  package static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
    if let scalar = Unicode.Scalar(scalar) {
      bytes.append(contentsOf: scalar.utf8)
    } else if scalar >= 0x11_0000 {
      bytes.append(UInt8(truncatingIfNeeded: scalar))
    } else {
      // Half a surrogate pair, in the three bytes that any other value of its size has.
      bytes.append(0xe0 | UInt8(truncatingIfNeeded: scalar >> 12))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3f))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: scalar & 0x3f))
    }
  }
}
