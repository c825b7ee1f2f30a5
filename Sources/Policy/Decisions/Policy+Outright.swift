import Python

extension Policy {
  /// Whether a call is denied whatever its arguments are, so that its tool need not even be listed.
  ///
  /// False in doubt: a listed tool is still judged when it is called.
  public func deniesOutright(_ call: Call) -> Bool { decidesOutright(call) == .deny }

  /// What rules decide about a call whatever its arguments are; nil if it depends on them or can't be determined.
  ///
  /// Detection rules, which look for sensitive values in arguments, are not consulted.
  public func decidesOutright(_ call: Call) -> Effect? {
    guard let context = call.body.context, call.body.fault == nil, !Self.dependsOnArguments(call.body) else {
      return nil
    }
    var widened = PossibleEffects()
    var legacy = PossibleEffects()
    core.forEachMatch(of: call.body.candidates) { match in
      widened.add(match.rule, call.body, context)
      if match.isLegacy { legacy.add(match.rule, call.body, context) }
      return !widened.isSettled || !legacy.isSettled
    }
    // The more restrictive outcome of the two sets of names counts, so one that always denies is enough.
    let (now, before) = (widened.only(else: settings.defaultAction), legacy.only(else: settings.defaultAction))
    if now == .deny || before == .deny { return .deny }
    guard let now, let before else { return nil }
    return now.restrictiveness >= before.restrictiveness ? now : before
  }

  /// For tools with these names, the contents of the arguments add actions.
  private static func dependsOnArguments(_ call: CallBody) -> Bool {
    let tool = CaseFolding.folded(call.subject.prefix { $0 != UInt8(ascii: ":") })
    let family = ToolFamily.family(ofFolded: tool)
    return [tool, family ?? []].contains {
      $0.elementsEqual("database".utf8) || $0.elementsEqual("bash".utf8) || $0.elementsEqual("Bash".utf8)
    }
  }
}

/// The effects that the rules seen so far may have while the arguments are unknown.
private struct PossibleEffects {
  private var effect: Effect?
  private var areSeveral = false
  /// Whether no later rule is consulted, or none makes a difference.
  private(set) var isSettled = false

  mutating func add(_ rule: Rule, _ call: CallBody, _ context: ContextMembers) {
    guard !isSettled else { return }
    switch Evaluation.gates(of: rule, call, context) {
    case nil:
      areSeveral = true
    case false?:
      return
    case true?:
      areSeveral = effect.map { $0 != rule.effect } ?? false
      effect = rule.effect
    }
    let isCertain = rule.conditions.isEmpty && (rule.resources.isEmpty || !call.isForAnyResource)
    isSettled = areSeveral || isCertain
  }

  /// The only possible effect; nil if there are several.
  ///
  /// - Parameter defaultAction: the effect if no rule matches.
  func only(else defaultAction: Effect) -> Effect? {
    if areSeveral { return nil }
    if isSettled { return effect }
    return effect == nil || effect == defaultAction ? defaultAction : nil
  }
}
