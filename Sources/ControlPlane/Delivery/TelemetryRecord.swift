internal import Audit
internal import Wire

/// A row as an OpenTelemetry log record (OTLP/HTTP, JSON). Attributes are named by the semantic conventions for
/// generative AI and MCP if these have a name, otherwise `controlzero.…`.
///
/// Every row is sent, with the members listed here: none of them holds an argument or a part of an answer.
enum TelemetryRecord {
  private static let texts: [(row: StaticString, attribute: StaticString)] = [
    ("session_id", "mcp.session.id"),
    ("client_name", "gen_ai.agent.name"),
    ("id", "controlzero.record.id"),
    ("event", "controlzero.event"),
    ("decision", "controlzero.decision"),
    ("policy_id", "controlzero.policy.id"),
    ("policy_source", "controlzero.policy.source"),
    ("reason", "controlzero.reason"),
    ("reason_code", "controlzero.reason_code"),
    ("subject", "controlzero.subject"),
    ("args_hash", "controlzero.args_hash"),
    ("project_id", "controlzero.project.id"),
    ("mode", "controlzero.mode"),
    ("decision_origin", "controlzero.decision_origin"),
    ("enforcement_outcome", "controlzero.enforcement.outcome"),
    ("enforcement_reason", "controlzero.enforcement.reason"),
    ("dlp_status", "controlzero.dlp.status"),
    ("dlp_reason", "controlzero.dlp.reason"),
    ("line_sha256", "controlzero.line_sha256"),
    ("entry_hash", "controlzero.record.hash"),
  ]
  private static let integers: [(row: StaticString, attribute: StaticString)] = [
    ("chain_seq", "controlzero.record.seq"),
    ("evaluation_time_ns", "controlzero.evaluation_time_ns"),
    ("evaluated_rules", "controlzero.evaluated_rules"),
    ("duration_ns", "controlzero.duration_ns"),
    ("bytes", "controlzero.bytes"),
  ]
  private static let flags: [(row: StaticString, attribute: StaticString)] = [
    ("enforced", "controlzero.enforced"), ("is_error", "controlzero.is_error"),
  ]

  static func encode(_ row: JSONDocument) -> RowEncoding {
    guard let event = row.text("event"), !event.isEmpty else { return .unusable("it names no event") }
    guard let time = row.text("ts").flatMap({ UTCTime(iso8601: $0.utf8) }) else {
      return .unusable("it has no time")
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.string("timeUnixNano", "\(time.microseconds)000")
    let severity = severity(of: row, event: event)
    writer.integer("severityNumber", severity == "WARN" ? 13 : 9)
    writer.string("severityText", severity)
    writer.string("eventName", "controlzero.\(event)")
    writer.beginObject("body")
    writer.string("stringValue", body(of: row, event: event))
    writer.endObject()
    writer.beginArray("attributes")
    writeAttributes(of: row, event: event, to: &writer)
    writer.endArray()
    writeTrace(of: row, to: &writer)
    writer.endObject()
    return .entry(writer.bytes)
  }

  private static func severity(of row: JSONDocument, event: String) -> String {
    let isNotable = row.text("decision") == "deny" || row.text("decision") == "warn" || event == "refusal"
    return isNotable ? "WARN" : "INFO"
  }

  private static func body(of row: JSONDocument, event: String) -> String {
    func text(_ key: StaticString) -> String { row.text(key) ?? "" }
    return event == "decision"
      ? "\(text("decision")) \(text("tool")):\(text("method")): \(text("reason"))"
      : "\(event) \(text("tool")):\(text("method"))"
  }

  // MARK: Attributes

  private static func writeAttributes(of row: JSONDocument, event: String, to writer: inout JSONWriter) {
    func put(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
      writer.beginObject()
      writer.string("key", "\(name)")
      writer.beginObject("value")
      write(&writer)
      writer.endObject()
      writer.endObject()
    }
    func put(_ name: StaticString, _ value: String?) {
      guard let value, !value.isEmpty else { return }
      put(name) { $0.string("stringValue", value) }
    }
    if event == "decision" || event == "outcome" {
      put("gen_ai.operation.name", "execute_tool")
      put("gen_ai.tool.name", row.text("method"))
      put("mcp.method.name", "tools/call")
      put("jsonrpc.request.id", row.text("request_id").map(requestID))
    }
    put("network.transport", "pipe")
    put("controlzero.server", row.text("tool"))
    for (key, name) in texts { put(name, row.text(key)) }
    for (key, name) in integers {
      guard let number = row.integer(key) else { continue }
      // 64-bit integers are strings in the JSON form of protocol buffers.
      put(name) { $0.string("intValue", String(number)) }
    }
    for (key, name) in flags {
      guard let node = row.member(key, of: row.root), [.true, .false].contains(row.kind(of: node)) else { continue }
      put(name) { $0.boolean("boolValue", row.kind(of: node) == .true) }
    }
    if let code = row.integer("error_code") {
      put("error.type", String(code))
      put("rpc.response.status_code", String(code))
    } else if row.isTrue("is_error") {
      put("error.type", "tool_error")
    }
  }

  /// A row holds the id as JSON; a string id is sent without its quotes.
  private static func requestID(_ json: String) -> String {
    guard let document = try? JSONDocument(parsing: Array(json.utf8)[...]) else { return json }
    return document.string(document.root).map { String(decoding: $0, as: UTF8.self) } ?? json
  }

  /// The trace that the call belongs to, as the host says.
  private static func writeTrace(of row: JSONDocument, to writer: inout JSONWriter) {
    guard let trace = row.object("trace"), let text = row.text("traceparent", of: trace),
      let parsed = TraceContext.parse(text)
    else { return }
    writer.string("traceId", parsed.traceID)
    writer.string("spanId", String(text.dropFirst(36).prefix(16)))
    writer.integer("flags", parsed.flags == "01" ? 1 : 0)
  }
}
