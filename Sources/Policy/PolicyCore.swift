/// What a policy decides by, in a class so that a decision copies none of it.
final class PolicyCore: Sendable {
  let rules: RuleTable
  let settings: PolicySettings
  private let index: ActionIndex

  init(rules: RuleTable, settings: PolicySettings) {
    self.rules = rules
    self.settings = settings
    index = ActionIndex(rules)
  }

  /// Calls `body` with each rule whose actions a call matches, in policy order, until it returns false.
  func forEachMatch(of candidates: [Candidates.Action], _ body: (ActionIndex.Match) -> Bool) {
    if !index.forEachMatch(of: candidates, body) { walk(candidates, body) }
  }

  /// The same without the index: the behavior that the index must reproduce.
  func walk(_ candidates: [Candidates.Action], _ body: (ActionIndex.Match) -> Bool) {
    for (number, rule) in rules.enumerated() {
      var isWidened = false
      var isLegacy = false
      for candidate in candidates where rule.actions.contains(where: { $0.matches(candidate.text) }) {
        isWidened = isWidened || candidate.isWidened
        isLegacy = isLegacy || candidate.isLegacy
      }
      guard isWidened else { continue }
      guard body(ActionIndex.Match(number: number, rule: rule, isLegacy: isLegacy)) else { return }
    }
  }
}
