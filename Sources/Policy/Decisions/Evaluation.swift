/// The walk over a policy's rules for one call (Control Zero 1.13.16, "first match").
///
/// The SDK asks about more names of a tool than it once did. It still finds the rule that would have decided before; if
/// the two differ, the more restrictive one counts.
struct Evaluation {
  private let policy: PolicyCore
  private let call: CallBody
  private let context: ContextMembers
  private let hidden: ContextMembers.HiddenKeys
  private var lookup: FieldLookup

  private var widened: ActionIndex.Match?
  private var legacy: ActionIndex.Match?
  private var isFaulty = false
  private var skippedForResource = false
  private var skippedForResourceInLegacy = false
  private(set) var doubts: [String] = []

  init(_ policy: PolicyCore, _ call: CallBody, _ context: ContextMembers) {
    self.policy = policy
    self.call = call
    self.context = context
    hidden = context.origin.hiddenKeys
    lookup = FieldLookup(call, context)
  }

  mutating func decision() -> Decision {
    policy.forEachMatch(of: call.candidates) { visit($0) }
    return outcome()
  }

  /// The same decision without the index over actions; for comparison.
  mutating func decisionByWalking() -> Decision {
    policy.walk(call.candidates) { visit($0) }
    return outcome()
  }

  // MARK: One rule

  /// - Returns: whether to go on.
  private mutating func visit(_ match: ActionIndex.Match) -> Bool {
    let rule = match.rule
    guard let selects = selects(rule), !isFaulty else { return stop() }
    guard selects else { return true }
    guard let isForResource = isForResource(rule) else { return stop() }
    guard isForResource else {
      skippedForResource = true
      if match.isLegacy { skippedForResourceInLegacy = true }
      return true
    }
    let holds = holds(rule, hidden: [])
    let heldBefore = hidden.isEmpty ? holds : self.holds(rule, hidden: hidden)
    if isFaulty { return false }
    if holds, widened == nil { widened = match }
    if heldBefore, match.isLegacy, legacy == nil { legacy = match }
    return widened == nil || legacy == nil
  }

  private mutating func stop() -> Bool {
    isFaulty = true
    return false
  }

  private func selects(_ rule: Rule) -> Bool? { Self.selects(rule, context) }

  private func isForResource(_ rule: Rule) -> Bool? { Self.isForResource(rule, call, context) }

  private mutating func holds(_ rule: Rule, hidden: ContextMembers.HiddenKeys) -> Bool {
    let isDenying = rule.effect == .deny
    for condition in rule.conditions {
      switch lookup.verdict(of: condition, isDenying: isDenying, hidden: hidden) {
      case .holds:
        continue
      case .fails:
        return false
      case .undecided(let doubt):
        let text = "\(rule.policyID): `\(condition.name)`: \(doubt.rawValue)"
        if !doubts.contains(text) { doubts.append(text) }
        guard isDenying else { return false }
      case .fault:
        isFaulty = true
        return false
      }
    }
    return true
  }

  // MARK: The outcome

  private func outcome() -> Decision {
    isFaulty ? .unavailable(reason: "a number in it is too large to compare") : choose()
  }

  private func choose() -> Decision {
    let defaultAction = policy.settings.defaultAction
    let canCompare = context.origin == .guardCall || context.origin == .hook
    guard widened?.number != legacy?.number else {
      var decision = decision(by: widened, isResourceSkip: skippedForResourceInLegacy)
      if !canCompare { decision.matchSemantics = "indeterminate" }
      return decision
    }
    let now = widened?.rule.effect ?? defaultAction
    let before = legacy?.rule.effect ?? defaultAction
    let isNew = now.restrictiveness >= before.restrictiveness
    var decision = decision(
      by: isNew ? widened : legacy, isResourceSkip: isNew ? skippedForResource : skippedForResourceInLegacy)
    decision.matchSemantics = isNew ? "new" : "new_suppressed"
    decision.divergentRuleIDs = [legacy, widened].map { $0?.rule.policyID ?? "" }
    return decision
  }

  private func decision(by match: ActionIndex.Match?, isResourceSkip: Bool) -> Decision {
    guard let match else {
      let isSkip = isResourceSkip && policy.settings.defaultAction == .deny
      var decision = Decision(
        effect: policy.settings.defaultAction, origin: .noRule,
        policyID: isSkip ? "synthetic:RESOURCE_GATE_SKIP" : "synthetic:NO_RULE_MATCH",
        reasonCode: "NO_RULE_MATCH",
        reason: isSkip ? "no rule matches this call; one would for another resource" : "no rule matches this call",
        evaluatedRules: policy.rules.count)
      decision.doubts = doubts
      return decision
    }
    let rule = match.rule
    var decision = Decision(
      effect: rule.effect, origin: .rule, policyID: rule.policyID, reasonCode: rule.reasonCode, reason: rule.reason,
      evaluatedRules: match.number + 1)
    decision.gateMatched = rule.gate
    decision.requiresApproval = rule.escalatesOnDeny && rule.effect == .deny
    decision.isObserveMode = rule.isObserveMode
    decision.doubts = doubts
    return decision
  }
}

extension Evaluation {
  /// Whether the rule is for this client, project and resource; nil if that can't be determined.
  static func gates(of rule: Rule, _ call: CallBody, _ context: ContextMembers) -> Bool? {
    guard let selects = selects(rule, context), let isForResource = isForResource(rule, call, context) else {
      return nil
    }
    return selects && isForResource
  }

  /// Whether the rule is for this client and project; nil if that can't be determined.
  private static func selects(_ rule: Rule, _ context: ContextMembers) -> Bool? {
    for (globs, text) in [(rule.clients, context.clientName), (rule.projects, context.projectID)]
    where !globs.isEmpty {
      switch text {
      case .unusable: return nil
      case .none: guard globs.contains(where: { $0.matches([]) }) else { return false }
      case .text(let name): guard globs.contains(where: { $0.matches(name) }) else { return false }
      }
    }
    return true
  }

  /// Nil if that can't be determined.
  private static func isForResource(_ rule: Rule, _ call: CallBody, _ context: ContextMembers) -> Bool? {
    guard !rule.resources.isEmpty, !call.isForAnyResource else { return true }
    if let resource = call.resource { return rule.resources.contains { $0.matches(resource) } }
    switch context.resource {
    case .none: return false
    case .unusable: return nil
    case .text(let resource): return rule.resources.contains { $0.matches(resource) }
    }
  }
}
