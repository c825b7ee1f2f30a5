import Python

extension Policy {
  /// Whether a call is denied whatever its arguments are, so that its tool need not even be shown.
  ///
  /// Says no where it can't be told: what is shown is judged all the same when it is called.
  public func deniesOutright(_ call: Call) -> Bool {
    guard let context = call.body.context, call.body.fault == nil, !Self.dependsOnArguments(call.body) else {
      return false
    }
    // Of both sets of names the more restrictive outcome counts, so one that always denies is enough.
    var widened: Bool?
    var legacy: Bool?
    core.forEachMatch(of: call.body.candidates) { match in
      let denies = alwaysDenies(match.rule, call.body, context)
      if widened == nil { widened = denies }
      if match.isLegacy, legacy == nil { legacy = denies }
      return widened == nil || legacy == nil
    }
    let isByDefault = settings.defaultAction == .deny
    return widened ?? isByDefault || legacy ?? isByDefault
  }

  /// Whether a rule that names the call denies it whatever its arguments are; nil where later rules are asked too.
  private func alwaysDenies(_ rule: Rule, _ call: CallBody, _ context: ContextMembers) -> Bool? {
    switch Evaluation.gates(of: rule, call, context) {
    case nil: false
    case false?: nil
    case true? where rule.effect == .deny: rule.conditions.isEmpty ? true : nil
    case true?: false
    }
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
