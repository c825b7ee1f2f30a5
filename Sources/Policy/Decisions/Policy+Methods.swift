extension Policy {
  /// Whether any rule names a method of the protocol.
  public var namesMethods: Bool { namedMethods != nil }

  /// Judges a request by those rules alone that name a method of the protocol; nil where none of them matches.
  ///
  /// A rule names a method by a pattern that has a slash behind its colon (`*:elicitation/create`,
  /// `filesystem:roots/*`). What no policy speaks of goes on: a rule for tools must not break the protocol.
  public func decideIfNamed(_ call: Call) -> Decision? {
    guard let namedMethods, let context = call.body.context, call.body.fault == nil else { return nil }
    var evaluation = Evaluation(namedMethods, call.body, context)
    let decision = evaluation.decision()
    return decision.origin == .noRule ? nil : decision
  }

  /// Judges a request to a model that a server asks for: under its own subject, and as `llm:generate`. Where rules
  /// match both, the more restrictive decision counts; where they match one, that one; else the default.
  public func decide(_ call: Call, alsoAs model: Call) -> Decision {
    let first = decide(call)
    let second = decide(model)
    guard second.origin == .rule else { return first }
    guard first.origin != .noRule else { return second }
    return second.effect.restrictiveness > first.effect.restrictiveness ? second : first
  }

  /// The rules that name methods, each with those of its patterns that do; nil for none.
  static func naming(_ rules: RuleTable, _ settings: PolicySettings) -> PolicyCore? {
    let naming = rules.appendedMade.compactMap { rule -> Rule? in
      let patterns = rule.actions.filter(\.namesMethod)
      return patterns.isEmpty ? nil : Rule(rule, actions: patterns)
    }
    return naming.isEmpty ? nil : PolicyCore(rules: RuleTable(naming), settings: settings)
  }
}
