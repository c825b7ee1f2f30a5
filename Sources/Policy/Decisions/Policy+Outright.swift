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
    return [true, false].contains { widened in
      let actions = call.body.candidates.filter { widened ? $0.isWidened : $0.isLegacy }.map(\.text)
      return deniesOutright(actions, call.body, context)
    }
  }

  private func deniesOutright(_ actions: [[UInt8]], _ call: CallBody, _ context: ContextMembers) -> Bool {
    for rule in rules where rule.actions.contains(where: { pattern in actions.contains { pattern.matches($0) } }) {
      switch Evaluation.gates(of: rule, call, context) {
      case nil: return false
      case false?: continue
      case true?: break
      }
      if rule.effect == .deny {
        if rule.conditions.isEmpty { return true }
      } else {
        return false
      }
    }
    return settings.defaultAction == .deny
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
