import Bundle
import Policy
import Wire

/// The contents of a bundle, for people and for programs.
struct BundleInspection {
  private let bundle: OpenedBundle
  private let content: BundleContent
  private let policies: [JSONDocument.Node]
  private let rules: [HostedPayload.Entry]
  private let summaries: [RuleSummary]

  init(_ bundle: OpenedBundle, readFrom file: String) throws(PolicyError) {
    self.bundle = bundle
    content = try BundleContent.of(bundle, file)
    policies = HostedPayload.policies(of: content.payload)
    rules = HostedPayload.rules(of: content.payload)
    summaries = content.policy.summaries
  }

  /// Whether the rules of the payload are in force. A version floor or an empty payload replaces them by another rule.
  private var areRulesInForce: Bool {
    summaries.count == rules.count && summaries.first?.policyID.hasPrefix("synthetic:") != true
  }

  private static let defaults: [StaticString] = [
    "default_action", "default_on_missing", "default_on_empty", "default_on_tamper",
  ]
  private static let identity: [StaticString] = ["bundle_id", "org_id", "project_id", "created_at", "expires_at"]

  // MARK: Text

  func printText() {
    print("signature: good, by \(bundle.signer)")
    print("content:   \(bundle.payload.bytes.count) bytes of JSON")
    for key in Self.identity {
      if let value = content.display(key) { print("\("\(key):".padded(to: 19)) \(value)") }
    }
    for key in Self.defaults { print("\("\(key):".padded(to: 19)) \(content.display(key) ?? "not given")") }
    if let metadata = content.payload.member("metadata", of: content.payload.root) {
      for (key, value) in content.payload.members(of: metadata) {
        let name = "metadata.\(DisplayText.escaped(content.payload.text(key)))"
        print("\(name): \(DisplayText.escaped(content.payload.raw(value)))")
      }
    }
    let detectors = content.payload.member("dlp_rules", of: content.payload.root).map(content.payload.count) ?? 0
    print("dlp_rules: \(detectors)")
    if !areRulesInForce {
      for summary in summaries { print("in force: \(line(of: summary))  instead of the rules below") }
    }
    var position = 0
    for policy in policies {
      print("")
      let mine = rules[position...].prefix { $0.policy == policy }
      print(title(of: policy, rules: mine.count))
      for entry in mine {
        printRule(entry, at: position)
        position += 1
      }
    }
  }

  private func title(of policy: JSONDocument.Node, rules: Int) -> String {
    var title = "policy \(content.display("id", of: policy) ?? "without an id")"
    if let name = content.text("name", of: policy) { title += " \"\(name)\"" }
    title += ", priority \(content.display("priority", of: policy) ?? "100")"
    if let version = content.display("version", of: policy) ?? content.display("policy_version", of: policy) {
      title += ", version \(version)"
    }
    title += ", \(rules) rules"
    if content.display("is_enabled", of: policy) == "false" { title += "; is_enabled is false, which changes nothing" }
    return title
  }

  private func printRule(_ entry: HostedPayload.Entry, at position: Int) {
    if areRulesInForce {
      print("  \(line(of: summaries[position]))")
    } else {
      print("  rule-\(position) \(DisplayText.escaped(content.payload.raw(entry.rule)))")
    }
    for key in ["id", "reason", "reason_code", "resources", "resource", "clients", "projects", "conditions", "when"]
      as [StaticString]
    {
      if let value = content.display(key, of: entry.rule) { print("    \(key): \(value)") }
    }
  }

  private func line(of rule: RuleSummary) -> String {
    let actions = rule.actions.map { DisplayText.escaped($0.utf8) }.joined(separator: ", ")
    return "\(DisplayText.escaped(rule.policyID.utf8)) \(rule.effect.rawValue.padded(to: 5)) \(actions)"
  }

  // MARK: JSON

  func writeMembers(to writer: inout JSONWriter) {
    writer.string("signing_pubkey_hex", bundle.signer.hexadecimal)
    writer.integer("payload_bytes", bundle.payload.bytes.count)
    writer.string("enforcement_status", content.policy.enforcementStatus)
    writer.beginArray("rules")
    for summary in summaries {
      writer.beginObject()
      writer.string("policy_id", summary.policyID)
      writer.string("effect", summary.effect.rawValue)
      writer.beginArray("actions")
      for action in summary.actions { writer.string(action) }
      writer.endArray()
      if areRulesInForce {
        writer.raw("rule", bundle.payload.raw(rules[summary.position - 1].rule))
      }
      writer.endObject()
    }
    writer.endArray()
    writer.raw("payload", bundle.payload.bytes)
  }
}
