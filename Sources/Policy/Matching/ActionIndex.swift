/// Finds, in policy order, the rules whose actions match a call, without visiting the others.
struct ActionIndex: Sendable {
  /// How a rule matches a call.
  struct Match {
    /// The rule's number among all, from 0.
    let number: Int
    let rule: Rule
    /// Whether the rule matches the set of actions from before families were known, and not only the widened one.
    let isLegacy: Bool
  }

  private let rules: RuleTable
  /// Patterns by their literal start.
  private let whole: PrefixTable
  /// Patterns for any tool, by the literal start of their method.
  private let method: PrefixTable
  /// All other patterns.
  private var open: [PrefixTable.Entry] = []

  /// Calls beyond these bounds are matched rule by rule.
  private static let maxCandidates = 16
  private static let maxCursors = 24
  private static let maxColons = 4

  init(_ rules: RuleTable) {
    var whole: [PrefixTable.Item] = []
    whole.reserveCapacity(rules.count)
    var method: [PrefixTable.Item] = []
    for number in rules.indices {
      if let written = rules.writtenActions(of: number) {
        for (place, pattern) in written.enumerated() {
          whole.append(WrittenPattern.item(pattern, .init(rule: Int32(number), pattern: Int32(place))))
        }
        continue
      }
      let rule = rules[number]
      for (place, pattern) in rule.actions.enumerated() {
        let entry = PrefixTable.Entry(rule: Int32(number), pattern: Int32(place))
        let literal = pattern.literalStart
        if !literal.isEmpty {
          whole.append(.init(start: literal, entry: entry))
        } else if let start = pattern.literalMethodStart {
          method.append(.init(start: start, entry: entry))
        } else {
          open.append(entry)
        }
      }
      // No call reaches the rules after one that matches every call.
      if rule.matchesEverything { break }
    }
    self.rules = rules
    self.whole = PrefixTable(whole)
    self.method = PrefixTable(method)
  }

  private struct Cursor {
    enum Source { case whole, method, open }
    var source = Source.open
    var next: Int32 = 0
    var end: Int32 = 0
    /// The action that was looked up.
    var candidate = 0
  }

  /// Calls `body` with each match until it returns false.
  ///
  /// - Returns: whether the call is within the bounds of the index; if not, `body` has not been called.
  func forEachMatch(of candidates: [Candidates.Action], _ body: (Match) -> Bool) -> Bool {
    guard candidates.count <= Self.maxCandidates else { return false }
    var cursors = InlineArray<24, Cursor>(repeating: Cursor())
    var count = 0
    if !open.isEmpty {
      cursors[0] = Cursor(source: .open, next: 0, end: Int32(open.count))
      count = 1
    }
    for (place, candidate) in candidates.enumerated() {
      let text = candidate.text.span
      func add(_ range: Range<Int32>, _ source: Cursor.Source) {
        if count < Self.maxCursors {
          cursors[count] = Cursor(source: source, next: range.lowerBound, end: range.upperBound, candidate: place)
        }
        count += 1
      }
      whole.forEachHit(in: text, from: 0) { add($0, .whole) }
      guard !method.entries.isEmpty else { continue }
      var colons = 0
      for offset in 0..<text.count where text[offset] == UInt8(ascii: ":") {
        colons += 1
        guard colons <= Self.maxColons else { return false }
        method.forEachHit(in: text, from: offset + 1) { add($0, .method) }
      }
    }
    guard count <= Self.maxCursors else { return false }

    while let number = nextRule(cursors, count) {
      let rule = rules[Int(number)]
      var isWidened = false
      var isLegacy = false
      for index in 0..<count {
        while let entry = entry(cursors[index]), entry.rule == number {
          cursors[index].next += 1
          let pattern = rule.actions[Int(entry.pattern)]
          if cursors[index].source == .open {
            for candidate in candidates where pattern.matches(candidate.text) {
              isWidened = isWidened || candidate.isWidened
              isLegacy = isLegacy || candidate.isLegacy
            }
          } else {
            let place = cursors[index].candidate
            guard pattern.matches(candidates[place].text) else { continue }
            isWidened = isWidened || candidates[place].isWidened
            isLegacy = isLegacy || candidates[place].isLegacy
          }
        }
      }
      guard isWidened else { continue }
      guard body(Match(number: Int(number), rule: rule, isLegacy: isLegacy)) else { break }
    }
    return true
  }

  @inline(__always)
  private func entry(_ cursor: Cursor) -> PrefixTable.Entry? {
    guard cursor.next < cursor.end else { return nil }
    return switch cursor.source {
    case .whole: whole.entries[Int(cursor.next)]
    case .method: method.entries[Int(cursor.next)]
    case .open: open[Int(cursor.next)]
    }
  }

  @inline(__always)
  private func nextRule(_ cursors: borrowing InlineArray<24, Cursor>, _ count: Int) -> Int32? {
    var least: Int32?
    for index in 0..<count {
      guard let entry = entry(cursors[index]) else { continue }
      if least.map({ entry.rule < $0 }) ?? true { least = entry.rule }
    }
    return least
  }
}
