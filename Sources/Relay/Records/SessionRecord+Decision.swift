import Audit
import DataLoss
import Policy
import Wire

extension SessionRecord.JudgedCall {
  /// The row of this call.
  func record(_ session: DecisionRow.Session, server: ServerName, at time: UTCTime) -> AuditRecord {
    let decided = DecisionRow(
      tool: server.description, method: RecordColumns.method(call.name, dataLoss),
      arguments: call.arguments.map { (document: document, node: $0) }, sensitiveKeys: sensitiveKeys,
      decision: decision, dataLoss: dataLoss, enforcement: enforcement, isObserved: isObserved,
      evaluationTime: evaluationTime)
    var row = decided.record(of: session, at: time)
    if !dataLoss.isInName { row.string("request_id", bytes: call.id.json) }
    if from == .server { row.string("from", from.rawValue) }
    if call.isRetry { row.boolean("retry", true) }
    writeHostIDs(to: &row)
    return row
  }

  private var enforcement: DecisionRow.Enforcement {
    let (status, reason) =
      switch (decision.effect, isObserved) {
      case (.deny, false): ("enforced", "call_not_forwarded")
      case (.deny, true): ("not_enforced", "observe_mode")
      default: ("not_applicable", "effect_not_blocking")
      }
    return .init(status: status, reason: reason, isEnforced: isBlocked, host: "mcp_proxy")
  }

  /// Ties the row to the host's own records: trace context (W3C) and the ids that Claude Code and Codex send.
  private func writeHostIDs(to row: inout AuditRecord) {
    // What a server writes there may be the match itself.
    guard let meta = call.meta, from == .host || dataLoss.findings.isEmpty else { return }
    func text(_ key: StaticString, in object: JSONDocument.Node) -> ArraySlice<UInt8>? {
      document.string(key, of: object).map { $0.prefix(512) }
    }
    let traceKeys: [StaticString] = ["traceparent", "tracestate", "baggage"]
    let trace = traceKeys.compactMap { key in text(key, in: meta).map { (key, $0) } }
    if !trace.isEmpty {
      row.object("trace") { writer in
        for (key, value) in trace {
          writer.string(key, bytes: value)
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
        writer.string(key, bytes: value)
      }
    }
  }
}
