import Synchronization
import Wire

/// The rules of a policy in their order.
///
/// A rule in the form that services write is built when a call first needs it: bundles may hold a hundred thousand, of
/// which a server's calls need a few.
struct RuleTable: RandomAccessCollection, Sendable {
  private enum Entry {
    case made(Rule)
    case written(Written)
  }

  private struct Written {
    let node: JSONDocument.Node
    let actions: JSONDocument.Node
    /// The index of its policy's default reason.
    let reason: Int
  }

  /// The rules built on demand, by their numbers; shared by all copies of the table.
  private final class Asked: Sendable {
    let rules = Mutex<[Int: Rule]>([:])
  }

  /// The payload that rules are still to be built from; nil if all are built.
  private let payload: (document: JSONDocument, lines: LineIndex)?
  private var entries: [Entry] = []
  private var defaultReasons: [String] = []
  private let asked = Asked()

  /// - Parameter document: the document of the nodes that ``append(_:at:)`` gets.
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

  /// Rules that are appended from now on have this reason if they give none.
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
    // INVARIANT: the rule was readable when it was appended. If it were not, the calls that it is for would be denied:
    // the index knows the rule by as many patterns as are written.
    let patterns = payload?.document.count(of: written.actions) ?? 1
    return Rule(
      effect: .deny, actions: Array(repeating: ActionPattern([UInt8(ascii: "*")]), count: patterns),
      policyID: "synthetic:UNREADABLE_RULE", reason: "rule \(number) can't be read", reasonCode: "", line: 0, column: 0)
  }

  // MARK: For callers that need no built rules

  /// The rules that were built before they were appended. None of the others names a method or matches every call.
  var appendedMade: [Rule] {
    entries.compactMap { if case .made(let rule) = $0 { rule } else { nil } }
  }

  /// The patterns of a rule that is still to be built, as they stand in the payload; nil for a rule that is built.
  func writtenActions(of number: Int) -> LazyMapSequence<JSONDocument.Elements, ArraySlice<UInt8>>? {
    guard case .written(let written) = entries[number], let (document, _) = payload else { return nil }
    return document.elements(of: written.actions).lazy.map { document.text($0) }
  }
}
