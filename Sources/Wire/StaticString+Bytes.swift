extension StaticString {
  /// Whether these are the bytes of the text, one for one.
  package func hasBytes(_ bytes: Span<UInt8>) -> Bool {
    guard utf8CodeUnitCount == bytes.count else { return false }
    // SAFETY: a StaticString's buffer lives as long as the process, and is as long as `bytes`.
    return withUTF8Buffer { text in
      for index in bytes.indices where unsafe text[index] != bytes[index] { return false }
      return true
    }
  }
}
