internal import Audit
internal import DataLoss
internal import Policy
internal import Relay
internal import Wire

/// A call, what was decided about it, and what it was decided by.
struct JudgedCall: Sendable {
  let tool: String
  let method: String
  /// The arguments alone, an object.
  let arguments: JSONDocument
  let decision: Decision
  let dataLoss: ScanOutcome
  /// Names of arguments that are not to be put on record.
  let sensitiveKeys: Set<[UInt8]>
  /// In nanoseconds.
  let evaluationTime: UInt64
  let snapshot: Snapshot
  /// Whether it is the program that acts on the decision, and not we.
  let isAdvice: Bool

  var publicDecision: PolicyDecision {
    PolicyDecision(decision, dataLoss: dataLoss, evaluationTime: evaluationTime)
  }

  /// The same call with another decision.
  func deciding(_ decision: Decision) -> JudgedCall {
    JudgedCall(
      tool: tool, method: method, arguments: arguments, decision: decision, dataLoss: dataLoss,
      sensitiveKeys: sensitiveKeys, evaluationTime: evaluationTime, snapshot: snapshot, isAdvice: isAdvice)
  }
}

/// The rows of a client: the members of Control Zero's local audit log in their order, then ours.
struct CallRecord: Sendable {
  /// What every row repeats.
  let sessionID: String
  let agentName: String
  let mode: String

  func decision(_ judged: JudgedCall, trace: [(key: String, value: String)], at time: UTCTime) -> AuditRecord {
    let decision = judged.decision
    let arguments = (document: judged.arguments, node: judged.arguments.root)
    var row = AuditRecord(at: time, decision: decision.effect.rawValue, event: "decision")
    row.string("tool", judged.tool)
    row.string("method", judged.method)
    row.string("policy_id", decision.policyID)
    row.string("reason", decision.reason)
    row.string("reason_code", decision.reasonCode)
    row.strings(
      "args_keys",
      ArgumentsHash.keys(of: arguments).map { judged.sensitiveKeys.contains($0) ? RecordColumns.redactedKey : $0 })
    row.string("args_hash", ArgumentsHash.text(of: arguments))
    row.string("policy_engine_version", Version.policyEngine)
    row.string("mode", mode)
    row.string("policy_source", judged.snapshot.policy.source.rawValue)
    row.string("client_name", agentName)
    row.string("project_id", judged.snapshot.projectID ?? "")
    row.string("gate_matched", decision.gateMatched.rawValue)
    row.string("decision_origin", RecordColumns.origin(of: decision))
    RecordColumns.writeInput(judged.dataLoss, to: &row)
    row.string("escalation_status", decision.requiresApproval ? "unavailable" : "not_applicable")
    writeEnforcement(judged, to: &row)
    row.string("subject", "\(judged.tool):\(judged.method)")
    row.string("subject_origin", "sdk_guard")
    row.string("match_semantics", decision.matchSemantics)
    row.strings("divergent_rule_ids", decision.divergentRuleIDs.map { Array($0.utf8) })
    RecordColumns.writeMasking(judged.dataLoss, to: &row)
    if !decision.doubts.isEmpty { row.strings("doubts", decision.doubts.map { Array($0.utf8) }) }
    row.integer("evaluated_rules", decision.evaluatedRules)
    row.integer("evaluation_time_ns", judged.evaluationTime)
    row.string("session_id", sessionID)
    if !trace.isEmpty {
      row.object("trace") { writer in
        for (key, value) in trace {
          writer.key(bytes: key.utf8)
          writer.string(value)
        }
      }
    }
    return row
  }

  /// How a call that was let through ended.
  ///
  /// - Parameters:
  ///   - duration: in nanoseconds.
  ///   - error: what went wrong, in a word; nil for nothing.
  func outcome(
    _ judged: JudgedCall, duration: UInt64, bytes: Int, error: String?, dataLoss: ScanOutcome?,
    withholding: Withholding?, at time: UTCTime
  ) -> AuditRecord {
    var row = AuditRecord(at: time, decision: "audit", event: "outcome")
    row.string("tool", judged.tool)
    row.string("method", judged.method)
    row.string("policy_id", "<lifecycle>")
    row.string("session_id", sessionID)
    row.integer("duration_ns", duration)
    row.integer("bytes", bytes)
    row.boolean("is_error", error != nil)
    if let error { row.string("error", error) }
    if let dataLoss { RecordColumns.writeOutput(dataLoss, to: &row) }
    RecordColumns.write(withholding, to: &row)
    return row
  }

  /// What became of the policy, or of the client.
  func lifecycle(_ event: String, code: String, reason: String, at time: UTCTime) -> AuditRecord {
    var row = AuditRecord(at: time, decision: "audit", event: event)
    row.string("tool", "controlzero")
    row.string("method", "session")
    row.string("policy_id", "<lifecycle>")
    row.string("reason", reason)
    row.string("reason_code", code)
    row.string("session_id", sessionID)
    return row
  }

  private func writeEnforcement(_ judged: JudgedCall, to row: inout AuditRecord) {
    let isDenied = judged.decision.effect == .deny
    let (status, reason) =
      switch (isDenied, judged.isAdvice) {
      case (true, false): ("enforced", "in_process_raise")
      case (true, true): ("indeterminate", "in_process_caller_decides")
      default: ("not_applicable", "effect_not_blocking")
      }
    RecordColumns.writeEnforcement(
      status: status, reason: reason, isEnforced: isDenied && !judged.isAdvice, host: "swift_sdk", to: &row)
  }
}
