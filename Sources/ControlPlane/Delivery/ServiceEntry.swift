internal import Wire

/// A decision's row as the entry that Control Zero's service accepts (1.13.16, `POST /v1/sdk/audit`).
///
/// An allow-list: what is not named here stays on the machine, as do arguments, their names and what was found in them.
///
/// | entry | row |
/// |---|---|
/// | `id` | `id`, by which a receiver recognizes a repeated delivery |
/// | `tool_name`, `extracted_method` | `tool`, `method` |
/// | `decision` | `decision`; our `audit` (goes through, on record) is `allow` |
/// | `rule_id` | `policy_id` |
/// | `mode` | always `hosted`, as the SDK has it for everything that it sends |
/// | `hostname`, `user`, `user_email`, `controlzero_sdk_version` | of the process that sends |
/// | `client_version`, `enforcement_tier`, `family_covered` | empty, or as the row has them |
/// | everything else | the member of the same name |
enum ServiceEntry {
  private static let decisions: [StaticString] = ["allow", "deny", "warn"]

  static func encode(_ row: JSONDocument, from sender: Sender) -> RowEncoding {
    guard row.text("event") == "decision" else { return .nothing }
    guard let id = row.text("id"), !id.isEmpty else { return .unusable("it has no id") }
    guard let tool = row.string("tool"), !tool.isEmpty else { return .unusable("it names no tool") }
    guard let decision = decision(of: row) else { return .unusable("its decision is not allow, deny, warn or audit") }

    var writer = JSONWriter()
    writer.beginObject()
    func copy(_ key: StaticString, as name: StaticString? = nil) {
      writer.string(name ?? key, bytes: row.string(key) ?? [])
    }
    writer.string("id", id)
    writer.string("tool_name", bytes: tool)
    writer.string("decision", decision)
    copy("policy_id")
    copy("policy_id", as: "rule_id")
    copy("reason")
    copy("reason_code")
    writer.string("hostname", sender.hostname)
    writer.string("user", sender.user)
    writer.string("mode", "hosted")
    copy("ts")
    copy("client_name")
    writer.string("client_version", "")
    writer.string("user_email", sender.email)
    copy("method", as: "extracted_method")
    copy("args_hash")
    copy("policy_engine_version")
    writer.string("controlzero_sdk_version", String("swift@\(sender.version)".prefix(64)))
    copy("policy_source")
    copy("project_id")
    writeEnforcement(of: row, to: &writer)
    writeDataLoss(of: row, to: &writer)
    copy("subject")
    copy("subject_origin")
    copy("match_semantics")
    writeList("divergent_rule_ids", of: row, to: &writer)
    if let status = row.text("enforcement_status"), !status.isEmpty { writer.string("enforcement_status", status) }
    writer.endObject()
    return .entry(writer.bytes)
  }

  private static func decision(of row: JSONDocument) -> String? {
    guard let node = row.member("decision", of: row.root) else { return nil }
    if row.string(node, equals: "audit") { return "allow" }
    return decisions.first { row.string(node, equals: $0) }.map { "\($0)" }
  }

  // MARK: Objects

  private static func writeEnforcement(of row: JSONDocument, to writer: inout JSONWriter) {
    let members: [StaticString] = [
      "status", "reason", "enforced", "enforcement_tier", "family_covered", "host", "tool_family", "event",
    ]
    writeObject("enforcement", members, of: row, to: &writer)
    writer.boolean("enforced", row.isTrue("enforced"))
    for key in ["enforcement_outcome", "enforcement_reason", "enforcement_tier"] as [StaticString] {
      writer.string(key, row.text(key) ?? "")
    }
    writer.boolean("family_covered", row.isTrue("family_covered"))
  }

  private static func writeDataLoss(of row: JSONDocument, to writer: inout JSONWriter) {
    for key in ["dlp_status", "dlp_reason"] as [StaticString] {
      writer.string(key, row.text(key) ?? "")
    }
    guard let outcome = row.object("dlp_outcome") else { return }
    writer.beginObject("dlp_outcome")
    for key in ["status", "reason"] as [StaticString] {
      writer.string(key, row.text(key, of: outcome) ?? "")
    }
    writer.beginObject("details")
    if let details = row.object("details", of: outcome) { writeDetails(details, of: row, to: &writer) }
    writer.endObject()
    writer.endObject()
  }

  /// Which rules found something, and how often; never what they found.
  private static func writeDetails(
    _ details: JSONDocument.Node, of row: JSONDocument, to writer: inout JSONWriter
  ) {
    if let rules = row.member("rules", of: details), row.kind(of: rules) == .array {
      writer.beginArray("rules")
      for rule in row.elements(of: rules).prefix(20) {
        writer.beginObject()
        for key in ["rule_id", "rule_name", "category", "action"] as [StaticString] {
          writer.string(key, row.text(key, of: rule) ?? "")
        }
        writer.integer("count", row.integer("count", of: rule) ?? 0)
        writer.endObject()
      }
      writer.endArray()
    }
    for key in ["rules_total", "findings_total"] as [StaticString] {
      guard let number = row.integer(key, of: details) else { continue }
      writer.integer(key, number)
    }
  }

  private static func writeObject(
    _ key: StaticString, _ members: [StaticString], of row: JSONDocument, to writer: inout JSONWriter
  ) {
    guard let object = row.object(key) else { return }
    writer.beginObject(key)
    for member in members {
      guard let node = row.member(member, of: object) else { continue }
      switch row.kind(of: node) {
      case .string:
        writer.string(member, bytes: row.string(node) ?? [])
      case .true, .false:
        writer.boolean(member, row.kind(of: node) == .true)
      default: continue
      }
    }
    writer.endObject()
  }

  private static func writeList(_ key: StaticString, of row: JSONDocument, to writer: inout JSONWriter) {
    writer.beginArray(key)
    if let list = row.member(key, of: row.root) {
      for element in row.elements(of: list) {
        if let text = row.string(element) { writer.string(bytes: text) }
      }
    }
    writer.endArray()
  }
}
