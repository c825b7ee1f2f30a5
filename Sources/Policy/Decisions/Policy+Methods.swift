extension Policy {
  /// Whether any rule names a method of the protocol.
  public var namesMethods: Bool { namedMethods != nil }

  /// Judges a request only by the rules that name a protocol method; nil if none of them matches.
  ///
  /// A rule names a method by a pattern with a slash after its colon (`*:elicitation/create`, `filesystem:roots/*`). A
  /// method that no policy names passes: a rule for tools must not break the protocol.
  public func decideIfNamed(_ call: Call) -> Decision? {
    guard let namedMethods, let context = call.body.context, call.body.fault == nil else { return nil }
    var evaluation = Evaluation(namedMethods, call.body, context)
    let decision = evaluation.decision()
    return decision.origin == .noRule ? nil : decision
  }

  /// Judges a server's request to the host's model under its own subject and as `llm:generate`. If rules match both,
  /// the more restrictive decision counts; if they match one, that decision; otherwise the default.
  public func decide(_ call: Call, alsoAs model: Call) -> Decision {
    let first = decide(call)
    let second = decide(model)
    guard second.origin == .rule else { return first }
    guard first.origin != .noRule else { return second }
    return second.effect.restrictiveness > first.effect.restrictiveness ? second : first
  }

  /// The rules that name methods, each with only the patterns that do; nil for none.
  static func naming(_ rules: RuleTable, _ settings: PolicySettings) -> PolicyCore? {
    let naming = rules.appendedMade.compactMap { rule -> Rule? in
      let patterns = rule.actions.filter(\.namesMethod)
      return patterns.isEmpty ? nil : Rule(rule, actions: patterns)
    }
    return naming.isEmpty ? nil : PolicyCore(rules: RuleTable(naming), settings: settings)
  }
}
