/// The run of characters that a pattern starts with where a mark must follow that cannot stand in the run: `[\w.]+@`.
///
/// From wherever in such a run a match is tried, the run ends at the same place, and what follows matches there or does
/// not. So one try is enough, and the text is searched in linear time in the place of quadratic.
struct LeadingRun {
  /// A part of a pattern outside of groups, as translated.
  struct Element {
    /// Where it stands in the translation, without its quantifier.
    let item: Range<Int>
    let width: PythonRegex.Width
    let isAnchor: Bool
    var bounds: (low: Int, high: Int?)?
    /// Where it ends, quantifier included.
    var end: Int
  }

  private let pattern: [UInt8]
  private let run: Element
  private let literal: UInt8
  private let rest: Int

  /// Nil for a pattern that does not start so.
  ///
  /// - Parameters:
  ///   - pattern: as translated; of one branch.
  ///   - elements: its first ones.
  init?(of pattern: [UInt8], startingWith elements: [Element]) {
    let behind = elements.drop { $0.isAnchor }
    guard behind.count >= 2, let run = behind.first, let mark = behind.dropFirst().first,
      let bounds = run.bounds, bounds.low >= 1, bounds.high == nil, run.width == (1, 1), mark.bounds == nil,
      // Greedy, and not a group, which could look at more than its own characters.
      pattern[run.end - 1] == UInt8(ascii: "}"), pattern[run.item.lowerBound] != UInt8(ascii: "("),
      let literal = PythonRegex.mark(writtenAs: pattern[mark.item])
    else { return nil }
    self.pattern = pattern
    self.run = run
    self.literal = literal
    rest = mark.item.lowerBound
  }

  /// Whether the mark may stand in the run after all.
  func holdsItsLiteral(ignoresCase: Bool) throws(PythonRegex.Problem) -> Bool {
    let item = try PatternMatcher(translated: Array(pattern[run.item]), ignoresCase: ignoresCase)
    return item.search([literal]) != .noMatch
  }

  /// The same pattern, which after a run that leads nowhere goes on behind it.
  var skippingPattern: [UInt8] {
    var result = Array(pattern[..<run.end])
    result += "+(?:".utf8
    result += pattern[rest...]
    result += "|(*SKIP)(*FAIL))".utf8
    return result
  }
}
