extension PythonText {
  /// `text.lower()`: the full mappings of Unicode, with the final form of a sigma at the end of a word.
  package static func lowercased(_ text: ArraySlice<UInt8>) -> [UInt8] {
    if text.allSatisfy({ $0 < 0x80 }) { return text.map(CaseFolding.asciiFolded) }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var scalars: [Unicode.Scalar]?
    for (position, scalar) in String(decoding: text, as: UTF8.self).unicodeScalars.enumerated() {
      if scalar.value < 0x80 {
        result.append(CaseFolding.asciiFolded(UInt8(truncatingIfNeeded: scalar.value)))
      } else if scalar == "\u{3a3}" {
        let all = scalars ?? Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        scalars = all
        result += (isFinal(position, of: all) ? "\u{3c2}" : "\u{3c3}").utf8
      } else {
        result += scalar.properties.lowercaseMapping.utf8
      }
    }
    return result
  }

  /// Whether a sigma follows a cased character and precedes none, case-ignorable characters left out (Unicode, section
  /// 3.13).
  private static func isFinal(_ index: Int, of scalars: [Unicode.Scalar]) -> Bool {
    func isCased(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.isCased ?? false }
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return isCased(before) && !isCased(after)
  }
}
