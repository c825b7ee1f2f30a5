import Synchronization
import Wire

/// The rules of a policy in their order.
///
/// What stands in a payload as services write it is made a rule when a call first asks for it: bundles may hold a
/// hundred thousand, of which a server's calls ask for a few.
struct RuleTable: RandomAccessCollection, Sendable {
  private enum Entry {
    case made(Rule)
    case written(Written)
  }

  private struct Written {
    let node: JSONDocument.Node
    let actions: JSONDocument.Node
    /// The place of its policy's reason.
    let reason: Int
  }

  /// What was made of those that were asked for, by their numbers; shared by all copies of the table.
  private final class Asked: Sendable {
    let rules = Mutex<[Int: Rule]>([:])
  }

  /// The payload that rules are still to be made of; nil where all are made.
  private let payload: (document: JSONDocument, lines: LineIndex)?
  private var entries: [Entry] = []
  private var defaultReasons: [String] = []
  private let asked = Asked()

  /// - Parameter document: what ``append(_:at:)`` is told places of.
  init(of document: JSONDocument, _ lines: LineIndex) { payload = (document, lines) }

  init(_ rules: [Rule]) {
    payload = nil
    entries = rules.map(Entry.made)
  }

  var startIndex: Int { 0 }
  var endIndex: Int { entries.count }

  subscript(number: Int) -> Rule {
    switch entries[number] {
    case .made(let rule): rule
    case .written(let written):
      asked.rules.withLock { rules in
        if let rule = rules[number] { return rule }
        let rule = make(written, number)
        rules[number] = rule
        return rule
      }
    }
  }

  // MARK: Loading

  mutating func append(_ rule: Rule) { entries.append(.made(rule)) }

  /// Rules that are appended from now on have this reason where they give none.
  mutating func beginPolicy(defaultReason: String) { defaultReasons.append(defaultReason) }

  mutating func append(_ rule: OrdinaryRule, at node: JSONDocument.Node) {
    entries.append(.written(Written(node: node, actions: rule.actions, reason: defaultReasons.count - 1)))
  }

  private func make(_ written: Written, _ number: Int) -> Rule {
    let rule = payload.flatMap { document, lines in
      OrdinaryRule(written.node, in: document)?.rule(
        of: written.node, in: document, lines, index: number, defaultReason: defaultReasons[written.reason])
    }
    if let rule { return rule }
    // INVARIANT: it was read when it was appended. Were it not, what it is for would be denied: the index knows it by as
    // many patterns as it is written with.
    let patterns = payload?.document.count(of: written.actions) ?? 1
    return Rule(
      effect: .deny, actions: Array(repeating: ActionPattern([UInt8(ascii: "*")]), count: patterns),
      policyID: "synthetic:UNREADABLE_RULE", reason: "rule \(number) can't be read", reasonCode: "", line: 0, column: 0)
  }

  // MARK: For those that need not have rules made

  /// Those that were made when they were appended. The others never name methods, and none of them matches every call.
  var appendedMade: [Rule] {
    entries.compactMap { if case .made(let rule) = $0 { rule } else { nil } }
  }

  /// The patterns of a rule that is still to be made, as they stand in the payload; nil for a rule that is made.
  func writtenActions(of number: Int) -> LazyMapSequence<JSONDocument.Elements, ArraySlice<UInt8>>? {
    guard case .written(let written) = entries[number], let (document, _) = payload else { return nil }
    return document.elements(of: written.actions).lazy.map { document.text($0) }
  }
}
