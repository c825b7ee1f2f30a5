extension StaticString {
  /// Lends the bytes of the text.
  package func withSpan<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // SAFETY: a StaticString's buffer lives as long as the process.
    try body(unsafe Span(_unsafeElements: UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)))
  }

  /// Whether these are the bytes of the text, one for one.
  package func hasBytes(_ bytes: Span<UInt8>) -> Bool {
    guard utf8CodeUnitCount == bytes.count else { return false }
    return withSpan { text in
      for index in bytes.indices where text[index] != bytes[index] { return false }
      return true
    }
  }

  package var bytes: [UInt8] { withSpan { text in text.indices.map { text[$0] } } }
}
