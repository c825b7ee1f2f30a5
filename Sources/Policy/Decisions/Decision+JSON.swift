public import Wire

extension Decision {
  /// The subject as the SDK reports it: none if no rule was consulted, or if the SDK's scanner stops the call.
  public func reportedSubject(of call: Call) -> [UInt8] {
    let isUnasked = origin == .unavailable || origin == .quarantine
    return isUnasked || reasonCode == Self.dataLossCode ? [] : call.subject
  }

  /// Writes the members of the object that `policy eval` prints; the caller writes the braces.
  public func writeMembers(of call: Call, to writer: inout JSONWriter) {
    writer.string("effect", effect.rawValue)
    if policyID.isEmpty { writer.null("policy_id") } else { writer.string("policy_id", policyID) }
    writer.string("reason_code", reasonCode)
    writer.string("reason", reason)
    writer.integer("evaluated_rules", evaluatedRules)
    writer.string("gate_matched", gateMatched.rawValue)
    writer.boolean("observe", isObserveMode)
    writer.string("match_semantics", matchSemantics)
    writer.string("subject", bytes: reportedSubject(of: call))
    writeList("divergent_rule_ids", divergentRuleIDs, to: &writer)
    if requiresApproval {
      writer.boolean("requires_approval", true)
    }
    writeList("doubts", doubts, to: &writer)
  }

  private func writeList(_ key: StaticString, _ texts: [String], to writer: inout JSONWriter) {
    guard !texts.isEmpty else { return }
    writer.beginArray(key)
    for text in texts { writer.string(text) }
    writer.endArray()
  }
}

extension PolicyError {
  /// Writes the `load_error` that `policy eval` prints.
  public func write(to writer: inout JSONWriter) {
    let isValidation = diagnostics.contains { $0.code == .validation }
    writer.beginObject()
    writer.string("class", isValidation ? "PolicyValidationError" : "PolicyLoadError")
    writer.string("code", (isValidation ? Code.validation : Code.load).rawValue)
    writer.string("message", lines.joined(separator: "; "))
    writer.endObject()
  }
}
