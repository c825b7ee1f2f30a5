package import Audit
package import DataLoss
package import Policy
package import Wire

/// The row of a decision: the members of Control Zero's local audit log in their order (1.13.16, "Audit"), then ours.
/// The form is the same for relayed calls and for those that a program makes.
package struct DecisionRow {
  /// Whether the decision was acted on, and by whom.
  package struct Enforcement {
    let status: String
    let reason: String
    let isEnforced: Bool
    let host: String

    package init(status: String, reason: String, isEnforced: Bool, host: String) {
      self.status = status
      self.reason = reason
      self.isEnforced = isEnforced
      self.host = host
    }
  }

  /// What is the same for every call of a session.
  package struct Session {
    let id: String
    let mode: String
    var policySource: String
    /// Whether the policy is enforced as it is meant.
    var enforcementStatus: String
    var projectID: String
    let clientName: String
    /// Who asks for decisions: `mcp_proxy`, `sdk_guard`.
    let subjectOrigin: String

    package init(
      id: String, mode: String, policySource: String, enforcementStatus: String, projectID: String, clientName: String,
      subjectOrigin: String
    ) {
      self.id = id
      self.mode = mode
      self.policySource = policySource
      self.enforcementStatus = enforcementStatus
      self.projectID = projectID
      self.clientName = clientName
      self.subjectOrigin = subjectOrigin
    }
  }

  /// The server, or the tool of a program.
  let tool: String
  let method: [UInt8]
  let arguments: (document: JSONDocument, node: JSONDocument.Node)?
  /// Names of arguments that must not be recorded.
  let sensitiveKeys: Set<[UInt8]>
  let decision: Decision
  let dataLoss: ScanOutcome
  let enforcement: Enforcement
  /// Whether everything is let through, so that nothing was masked.
  let isObserved: Bool
  /// In nanoseconds.
  let evaluationTime: UInt64

  package init(
    tool: String, method: [UInt8], arguments: (document: JSONDocument, node: JSONDocument.Node)?,
    sensitiveKeys: Set<[UInt8]>, decision: Decision, dataLoss: ScanOutcome, enforcement: Enforcement,
    isObserved: Bool = false, evaluationTime: UInt64
  ) {
    self.tool = tool
    self.method = method
    self.arguments = arguments
    self.sensitiveKeys = sensitiveKeys
    self.decision = decision
    self.dataLoss = dataLoss
    self.enforcement = enforcement
    self.isObserved = isObserved
    self.evaluationTime = evaluationTime
  }

  package func record(of session: Session, at time: UTCTime) -> AuditRecord {
    var row = AuditRecord(at: time, decision: decision.effect.rawValue, event: "decision")
    row.string("tool", tool)
    row.string("method", bytes: method)
    row.string("policy_id", decision.policyID)
    row.string("reason", decision.reason)
    row.string("reason_code", decision.reasonCode)
    let keys = ArgumentsHash.keys(of: arguments)
    row.strings("args_keys", keys.map { sensitiveKeys.contains($0) ? Self.redactedKey : $0 })
    row.string("args_hash", ArgumentsHash.text(of: arguments))
    row.string("policy_engine_version", Version.policyEngine)
    row.string("mode", session.mode)
    row.string("policy_source", session.policySource)
    row.string("client_name", session.clientName)
    row.string("project_id", session.projectID)
    row.string("gate_matched", decision.gateMatched.rawValue)
    row.string("decision_origin", origin)
    RecordColumns.writeInput(dataLoss, to: &row)
    row.string("escalation_status", decision.requiresApproval ? "unavailable" : "not_applicable")
    writeEnforcement(to: &row)
    row.string("subject", bytes: Array("\(tool):".utf8) + method)
    row.string("subject_origin", session.subjectOrigin)
    row.string("match_semantics", decision.matchSemantics)
    row.strings("divergent_rule_ids", decision.divergentRuleIDs.map { Array($0.utf8) })
    RecordColumns.writeMasking(dataLoss, isObserved: isObserved, to: &row)
    // As in the SDK: absent where all is as it should be.
    if session.enforcementStatus != "enforcing" { row.string("enforcement_status", session.enforcementStatus) }

    if !decision.doubts.isEmpty { row.strings("doubts", decision.doubts.map { Array($0.utf8) }) }
    row.integer("evaluated_rules", decision.evaluatedRules)
    row.integer("evaluation_time_ns", evaluationTime)
    row.string("session_id", session.id)
    return row
  }

  /// Replaces the name of an argument that must not be recorded.
  private static let redactedKey = Array("<redacted-key>".utf8)

  /// The part of the engine that the decision comes from.
  private var origin: String {
    switch decision.origin {
    case .unavailable: return "evaluator_error"
    case .quarantine: return decision.reasonCode == "BUNDLE_TAMPERED" ? "tamper_denied" : "tamper_quarantine"
    case .noRule: return "evaluator_no_match_default"
    case .rule, .toolsLock, .noRecord, .notGoverned: break
    }
    return switch decision.reasonCode {
    case "BUNDLE_MISSING": "no_evaluator_configured"
    case "NO_ACTIVE_POLICIES", "OBSERVE_MODE_NO_POLICY": "evaluator_empty_bundle"
    default: "evaluator_matched_rule"
    }
  }

  private func writeEnforcement(to row: inout AuditRecord) {
    row.object("enforcement") { writer in
      writer.string("status", enforcement.status)
      writer.string("reason", enforcement.reason)
      writer.boolean("enforced", enforcement.isEnforced)
      writer.string("enforcement_tier", "")
      writer.boolean("family_covered", false)
      writer.string("host", enforcement.host)
      writer.string("tool_family", "")
      writer.string("event", "deciding")
    }
    row.boolean("enforced", enforcement.isEnforced)
    row.string("enforcement_outcome", enforcement.status)
    row.string("enforcement_reason", enforcement.reason)
  }
}
