import Audit
import DataLoss
import Policy
import Wire

/// The row of a decision: the members of Control Zero's local audit log in their order, then ours.
enum DecisionRow {
  static func record(
    _ judged: SessionRecord.JudgedCall, identity: AuditTrail.Identity, at time: UTCTime
  ) -> AuditRecord {
    let decision = judged.decision
    let arguments = judged.call.arguments.map { (document: judged.document, node: $0) }
    let method = RecordColumns.method(judged.call.name, judged.dataLoss)
    var row = AuditRecord(at: time, decision: decision.effect.rawValue, event: "decision")
    row.string("tool", identity.server.description)
    row.string("method", bytes: method)
    row.string("policy_id", decision.policyID)
    row.string("reason", decision.reason)
    row.string("reason_code", decision.reasonCode)
    let keys = ArgumentsHash.keys(of: arguments)
    row.strings("args_keys", keys.map { judged.sensitiveKeys.contains($0) ? RecordColumns.redactedKey : $0 })
    row.string("args_hash", ArgumentsHash.text(of: arguments))
    row.string("policy_engine_version", Version.policyEngine)
    row.string("mode", identity.mode)
    row.string("policy_source", identity.policySource)
    row.string("client_name", identity.clientName)
    row.string("project_id", identity.projectID)
    row.string("gate_matched", decision.gateMatched.rawValue)
    row.string("decision_origin", RecordColumns.origin(of: decision))
    RecordColumns.writeInput(judged.dataLoss, to: &row)
    row.string("escalation_status", decision.requiresApproval ? "unavailable" : "not_applicable")
    writeEnforcement(judged, to: &row)
    row.string("subject", bytes: Array("\(identity.server):".utf8) + method)
    row.string("subject_origin", "mcp_proxy")
    row.string("match_semantics", decision.matchSemantics)
    row.strings("divergent_rule_ids", decision.divergentRuleIDs.map { Array($0.utf8) })
    RecordColumns.writeMasking(judged.dataLoss, isObserved: judged.isObserved, to: &row)

    if !decision.doubts.isEmpty { row.strings("doubts", decision.doubts.map { Array($0.utf8) }) }
    row.integer("evaluated_rules", decision.evaluatedRules)
    row.integer("evaluation_time_ns", judged.evaluationTime)
    row.string("session_id", identity.sessionID)
    if !judged.dataLoss.isInName { row.string("request_id", bytes: judged.call.id.json) }
    if judged.from == .server { row.string("from", judged.from.rawValue) }
    if judged.call.isRetry { row.boolean("retry", true) }
    writeHostIDs(of: judged, to: &row)
    return row
  }

  private static func writeEnforcement(_ judged: SessionRecord.JudgedCall, to row: inout AuditRecord) {
    let (status, reason) =
      switch (judged.decision.effect, judged.isObserved) {
      case (.deny, false): ("enforced", "call_not_forwarded")
      case (.deny, true): ("not_enforced", "observe_mode")
      default: ("not_applicable", "effect_not_blocking")
      }
    RecordColumns.writeEnforcement(
      status: status, reason: reason, isEnforced: judged.isBlocked, host: "mcp_proxy", to: &row)
  }

  /// What ties the row to the host's own records: trace context (W3C) and the ids that Claude Code and Codex send.
  private static func writeHostIDs(of judged: SessionRecord.JudgedCall, to row: inout AuditRecord) {
    // What a server writes there may be what was found.
    guard let meta = judged.call.meta, judged.from == .host || judged.dataLoss.findings.isEmpty else { return }
    let document = judged.document
    func text(_ key: StaticString, in object: JSONDocument.Node) -> ArraySlice<UInt8>? {
      document.member(key, of: object).flatMap { document.string($0) }.map { $0.prefix(512) }
    }
    let traceKeys: [StaticString] = ["traceparent", "tracestate", "baggage"]
    let trace = traceKeys.compactMap { key in text(key, in: meta).map { (key, $0) } }
    if !trace.isEmpty {
      row.object("trace") { writer in
        for (key, value) in trace {
          writer.key(key)
          writer.string(bytes: value)
        }
      }
    }
    let hostKeys: [StaticString] = ["claudecode/toolUseId", "callId"]
    var ids = hostKeys.compactMap { key in text(key, in: meta).map { (key, $0) } }
    if let turn = document.member("x-codex-turn-metadata", of: meta) {
      let turnKeys: [StaticString] = ["session_id", "turn_id"]
      ids += turnKeys.compactMap { key in text(key, in: turn).map { (key, $0) } }
    }
    guard !ids.isEmpty else { return }
    row.object("host_ids") { writer in
      for (key, value) in ids {
        writer.key(key)
        writer.string(bytes: value)
      }
    }
  }
}
