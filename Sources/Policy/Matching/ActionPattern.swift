import Python

/// A pattern for `tool:method`. The tool part is compared regardless of case, the method part exactly.
struct ActionPattern: Sendable {
  let glob: Glob

  /// The pattern as it is matched: one without a colon stands for every method of the tools that it names.
  let canonical: [UInt8]

  private let normalized: [UInt8]

  init(_ text: [UInt8]) {
    let colon = UInt8(ascii: ":")
    canonical = text == [UInt8(ascii: "*")] || text.contains(colon) ? text : text + [colon, UInt8(ascii: "*")]
    normalized = Self.normalized(canonical)
    glob = Glob(normalized)
  }

  /// - Parameter action: from ``normalized(_:)``.
  func matches(_ action: [UInt8]) -> Bool { glob.matches(action) }

  /// An action or pattern with the part before its first colon case-folded; without a colon, all of it.
  static func normalized(_ action: [UInt8]) -> [UInt8] {
    var result = action
    for index in result.indices {
      let byte = result[index]
      if byte == UInt8(ascii: ":") { return result }
      if byte < 0x80, CaseFolding.asciiFolded(byte) == byte { continue }
      guard byte < 0x80 else {
        let colon = action.firstIndex(of: UInt8(ascii: ":")) ?? action.endIndex
        return CaseFolding.folded(action[..<colon]) + action[colon...]
      }
      result[index] = CaseFolding.asciiFolded(byte)
    }
    return result
  }

  /// Whether the pattern names a protocol method: all but two of them have a slash, and tools hardly ever do.
  var namesMethod: Bool {
    let colon = canonical.firstIndex(of: UInt8(ascii: ":")) ?? canonical.endIndex
    return canonical[colon...].contains(UInt8(ascii: "/"))
  }

  // MARK: For the index

  /// The text that every matching action starts with.
  var literalStart: ArraySlice<UInt8> { normalized.prefix { !Glob.isSpecial($0) } }

  /// For a pattern `*:…`, the text after some colon of every matching action; nil for any other pattern.
  var literalMethodStart: ArraySlice<UInt8>? {
    guard normalized.starts(with: "*:".utf8) else { return nil }
    let start = normalized.dropFirst(2).prefix { !Glob.isSpecial($0) }
    return start.isEmpty ? nil : start
  }

  /// Whether every action matches: an action always has a colon.
  var matchesEverything: Bool { canonical.elementsEqual("*".utf8) || canonical.elementsEqual("*:*".utf8) }
}
