extension StaticString {
  /// Whether these are the bytes of the text, one for one.
  package func hasBytes(_ bytes: some Collection<UInt8>) -> Bool {
    // SAFETY: a StaticString's buffer lives as long as the process.
    utf8CodeUnitCount == bytes.count && withUTF8Buffer { unsafe $0.elementsEqual(bytes) }
  }
}
