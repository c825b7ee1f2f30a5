/// One rule, ready to match.
struct Rule: Sendable {
  var effect: Effect
  var actions: [ActionPattern]
  /// Empty where the rule asks nothing of the resource.
  var resources: [Glob] = []
  var clients: [Glob] = []
  var projects: [Glob] = []
  /// All must hold.
  var conditions: [Condition] = []
  /// What decisions call the rule: its id, else its name, else `rule-<position from 0>`.
  var policyID: String
  var reason: String
  var reasonCode: String
  var escalatesOnDeny = false
  /// Where the rule stands in its file; counted from 1.
  var line: Int

  /// Whether no call gets past the rule.
  var matchesEverything: Bool {
    resources.isEmpty && clients.isEmpty && projects.isEmpty && conditions.isEmpty
      && actions.contains(where: \.matchesEverything)
  }

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
