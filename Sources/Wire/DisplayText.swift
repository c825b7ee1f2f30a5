/// Makes bytes from the wire safe to show to a person.
public enum DisplayText {
  /// The text with every control, format (bidirectional, invisible) and private-use character as `\u{…}`,
  /// cut to `limit` characters.
  ///
  /// Text from a server or a model must neither control a terminal nor mislead a reader.
  public static func escaped(_ bytes: some Collection<UInt8>, limit: Int = 256) -> String {
    var text = ""
    var count = 0
    // A character takes at most four bytes, so the text beyond this prefix would be cut anyway.
    for scalar in String(decoding: bytes.prefix(limit * 4 + 4), as: UTF8.self).unicodeScalars {
      guard count < limit else { return text + "…" }
      count += 1
      if isShowable(scalar) {
        text.unicodeScalars.append(scalar)
      } else {
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      }
    }
    return text
  }

  /// An equivalent JSON text in which the characters that ``escaped(_:limit:)`` does not show are written as `\uXXXX`.
  public static func json(_ bytes: some Collection<UInt8>) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if isShowable(scalar) {
        text.unicodeScalars.append(scalar)
      } else if scalar.value < 0x20 {
        // A control can only stand between two tokens: within a string, it is escaped already.
        text += " "
      } else {
        for unit in scalar.utf16 {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return text
  }

  private static func isShowable(_ scalar: Unicode.Scalar) -> Bool {
    if (0x20..<0x7f).contains(scalar.value) { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
    case .spaceSeparator: return false  // look-alikes of the plain space, which is handled above
    default: return !scalar.properties.isDefaultIgnorableCodePoint
    }
  }
}
