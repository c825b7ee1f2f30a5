import Python

extension Policy {
  /// Whether a call is denied whatever its arguments are, so that its tool need not even be shown.
  ///
  /// Says no where it can't be told: what is shown is judged all the same when it is called.
  public func deniesOutright(_ call: Call) -> Bool { decidesOutright(call) == .deny }

  /// What rules decide about a call whatever its arguments are; nil where it depends on them, or can't be told.
  ///
  /// Detection rules, which look for sensitive values in arguments, are not asked.
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
    // Of both sets of names the more restrictive outcome counts, so one that always denies is enough.
    let (now, before) = (widened.only(else: settings.defaultAction), legacy.only(else: settings.defaultAction))
    if now == .deny || before == .deny { return .deny }
    guard let now, let before else { return nil }
    return now.restrictiveness >= before.restrictiveness ? now : before
  }

  /// Tools of these names are also asked about by what their arguments hold.
  private static func dependsOnArguments(_ call: CallBody) -> Bool {
    let tool = CaseFolding.folded(call.subject.prefix { $0 != UInt8(ascii: ":") })
    let family = ToolFamily.family(ofFolded: tool)
    return [tool, family ?? []].contains {
      $0.elementsEqual("database".utf8) || $0.elementsEqual("bash".utf8) || $0.elementsEqual("Bash".utf8)
    }
  }
}

/// What the rules that were looked at may decide, while the arguments are not known.
private struct PossibleEffects {
  private var effect: Effect?
  private var areSeveral = false
  /// Whether no later rule is asked, or none makes a difference.
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

  /// The one effect that is possible; nil for several.
  ///
  /// - Parameter defaultAction: where no rule need match.
  func only(else defaultAction: Effect) -> Effect? {
    if areSeveral { return nil }
    if isSettled { return effect }
    return effect == nil || effect == defaultAction ? defaultAction : nil
  }
}
