extension PythonText {
  /// `text.lower()`: the full mappings of Unicode, with the final form of a sigma at the end of a word.
  package static func lowercased(_ text: ArraySlice<UInt8>) -> [UInt8] {
    if text.allSatisfy({ $0 < 0x80 }) { return text.map(CaseFolding.asciiFolded) }
    let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for (index, scalar) in scalars.enumerated() {
      if scalar == "\u{3a3}" {
        result += (isFinal(index, of: scalars) ? "\u{3c2}" : "\u{3c3}").utf8
      } else {
        result += scalar.properties.lowercaseMapping.utf8
      }
    }
    return result
  }

  /// Behind a cased character and not before one, those that case ignores left out (Unicode, section 3.13).
  private static func isFinal(_ index: Int, of scalars: [Unicode.Scalar]) -> Bool {
    func isCased(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.isCased ?? false }
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return isCased(before) && !isCased(after)
  }
}
