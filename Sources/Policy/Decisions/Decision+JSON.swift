public import Wire

extension Decision {
  /// The subject as the SDK reports it: none if no rule was consulted, or if the SDK's scanner stops the call.
  public func reportedSubject(of call: Call) -> [UInt8] {
    let isUnasked = origin == .unavailable || origin == .quarantine
    return isUnasked || reasonCode == Self.dataLossCode ? [] : call.subject
  }

  /// Writes the members of the object that `policy eval` prints; the caller writes the braces.
  public func writeMembers(of call: Call, to writer: inout JSONWriter) {
    writer.key("effect")
    writer.string(effect.rawValue)
    writer.key("policy_id")
    if policyID.isEmpty { writer.null() } else { writer.string(policyID) }
    writer.key("reason_code")
    writer.string(reasonCode)
    writer.key("reason")
    writer.string(reason)
    writer.key("evaluated_rules")
    writer.integer(evaluatedRules)
    writer.key("gate_matched")
    writer.string(gateMatched.rawValue)
    writer.key("observe")
    writer.boolean(isObserveMode)
    writer.key("match_semantics")
    writer.string(matchSemantics)
    writer.key("subject")
    writer.string(bytes: reportedSubject(of: call))
    writeList("divergent_rule_ids", divergentRuleIDs, to: &writer)
    if requiresApproval {
      writer.key("requires_approval")
      writer.boolean(true)
    }
    writeList("doubts", doubts, to: &writer)
  }

  private func writeList(_ key: StaticString, _ texts: [String], to writer: inout JSONWriter) {
    guard !texts.isEmpty else { return }
    writer.key(key)
    writer.beginArray()
    for text in texts { writer.string(text) }
    writer.endArray()
  }
}

extension PolicyError {
  /// Writes the `load_error` that `policy eval` prints.
  public func write(to writer: inout JSONWriter) {
    let isValidation = diagnostics.contains { $0.code == .validation }
    writer.beginObject()
    writer.key("class")
    writer.string(isValidation ? "PolicyValidationError" : "PolicyLoadError")
    writer.key("code")
    writer.string((isValidation ? Code.validation : Code.load).rawValue)
    writer.key("message")
    writer.string(lines.joined(separator: "; "))
    writer.endObject()
  }
}
