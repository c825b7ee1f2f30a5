/// Bytes as lower-case hexadecimal digits.
public enum Hexadecimal {
  public static func text(_ bytes: [UInt8]) -> String { text(bytes.span) }

  public static func text(_ bytes: Span<UInt8>) -> String {
    unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { text in
      // SAFETY: two digits are written for each byte, which is the capacity that was asked for.
      for index in bytes.indices {
        unsafe text[2 * index] = digit(bytes[index] >> 4)
        unsafe text[2 * index + 1] = digit(bytes[index] & 15)
      }
      return bytes.count * 2
    }
  }

  /// One digit.
  ///
  /// - Parameter value: less than 16.
  static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
