internal import Audit
internal import DataLoss
internal import Policy
internal import Relay
internal import Wire

/// A call, the decision about it, and the snapshot that the decision was made by.
struct JudgedCall: Sendable {
  let tool: String
  let method: String
  /// A document of the arguments alone, an object.
  let arguments: JSONDocument
  let decision: Decision
  let dataLoss: ScanOutcome
  /// Names of arguments that must not be recorded.
  let sensitiveKeys: Set<[UInt8]>
  /// In nanoseconds.
  let evaluationTime: UInt64
  let snapshot: Snapshot
  /// Whether the program acts on the decision, and not this library.
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
    let session = DecisionRow.Session(
      id: sessionID, mode: mode, policySource: judged.snapshot.policy.source.rawValue,
      enforcementStatus: judged.snapshot.policy.enforcementStatus, projectID: judged.snapshot.projectID ?? "",
      clientName: agentName, subjectOrigin: "sdk_guard")
    let decided = DecisionRow(
      tool: judged.tool, method: Array(judged.method.utf8),
      arguments: (document: judged.arguments, node: judged.arguments.root), sensitiveKeys: judged.sensitiveKeys,
      decision: judged.decision, dataLoss: judged.dataLoss, enforcement: enforcement(of: judged),
      evaluationTime: judged.evaluationTime)
    var row = decided.record(of: session, at: time)
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
  ///   - error: what went wrong, in a word; nil if nothing did.
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

  /// A row about the policy or the client itself.
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

  private func enforcement(of judged: JudgedCall) -> DecisionRow.Enforcement {
    let isDenied = judged.decision.effect == .deny
    let (status, reason) =
      switch (isDenied, judged.isAdvice) {
      case (true, false): ("enforced", "in_process_raise")
      case (true, true): ("indeterminate", "in_process_caller_decides")
      default: ("not_applicable", "effect_not_blocking")
      }
    return .init(status: status, reason: reason, isEnforced: isDenied && !judged.isAdvice, host: "swift_sdk")
  }
}
