/// One rule, ready to match; a class so that a walk over rules copies none of them.
final class Rule: Sendable {
  let effect: Effect
  let actions: [ActionPattern]
  /// Empty if the rule is for any resource.
  let resources: [Glob]
  let clients: [Glob]
  let projects: [Glob]
  /// All must hold.
  let conditions: [Condition]
  /// What decisions call the rule: its id, else its name, else `rule-<position from 0>`.
  let policyID: String
  /// What decisions give as the reason.
  let reason: String
  /// What decisions give as the code of the reason.
  let reasonCode: String
  let escalatesOnDeny: Bool
  /// Whether the rule allows only because there is no policy yet.
  let isObserveMode: Bool
  /// The rule's position in its file, both counted from 1; 0 for a rule that comes from no file.
  let line, column: Int

  /// - Parameters:
  ///   - reason: empty if the rule has none of its own.
  ///   - reasonCode: empty if the rule has none of its own.
  init(
    effect: Effect, actions: [ActionPattern], resources: [Glob] = [], clients: [Glob] = [], projects: [Glob] = [],
    conditions: [Condition] = [], policyID: String, reason: String, reasonCode: String, escalatesOnDeny: Bool = false,
    line: Int, column: Int
  ) {
    self.effect = effect
    self.actions = actions
    self.resources = resources
    self.clients = clients
    self.projects = projects
    self.conditions = conditions
    self.policyID = policyID
    self.reason = reason.isEmpty ? "Matched rule \(policyID)" : reason
    self.reasonCode = reasonCode.isEmpty ? "RULE_MATCH" : reasonCode
    self.escalatesOnDeny = escalatesOnDeny
    self.line = line
    self.column = column
    isObserveMode =
      reasonCode == "OBSERVE_MODE_NO_POLICY" && policyID == "synthetic:OBSERVE_MODE_NO_POLICY"
  }

  /// The same rule with only some of its patterns.
  convenience init(_ rule: Rule, actions: [ActionPattern]) {
    self.init(
      effect: rule.effect, actions: actions, resources: rule.resources, clients: rule.clients, projects: rule.projects,
      conditions: rule.conditions, policyID: rule.policyID, reason: rule.reason, reasonCode: rule.reasonCode,
      escalatesOnDeny: rule.escalatesOnDeny, line: rule.line, column: rule.column)
  }

  /// Whether the rule selects by nothing but the action.
  var asksForActionOnly: Bool {
    resources.isEmpty && clients.isEmpty && projects.isEmpty && conditions.isEmpty
  }

  /// Whether the rule matches every call.
  var matchesEverything: Bool { asksForActionOnly && actions.contains(where: \.matchesEverything) }

  /// Which selectors the rule declares.
  var gate: Decision.Gate {
    switch (clients.isEmpty, projects.isEmpty) {
    case (true, true): .none
    case (false, true): .client
    case (true, false): .project
    case (false, false): .both
    }
  }
}
