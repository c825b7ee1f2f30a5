/// A policy that is ready to judge. Immutable; the same call always gets the same decision.
public struct Policy: Sendable {
  /// Where a policy came from, as records name it.
  public enum Source: String, Sendable { case local, hosted, missing }

  public let source: Source
  /// The name of the file it was loaded from; empty for none.
  public let fileName: String
  /// What it opens beyond the language of the SDK; nil for nothing.
  public let dialect: String?
  /// What is probably not meant as it is written.
  public let warnings: [PolicyWarning]

  let rules: [Rule]
  let settings: PolicySettings

  init(
    source: Source, fileName: String, dialect: String? = nil, warnings: [PolicyWarning] = [],
    rules: [Rule], settings: PolicySettings
  ) {
    self.source = source
    self.fileName = fileName
    self.dialect = dialect
    self.warnings = warnings
    self.rules = rules
    self.settings = settings
  }

  public var ruleCount: Int { rules.count }

  /// Each rule on a line, as `validate` lists them: effect, patterns, id.
  public var ruleSummaries: [String] {
    rules.map { rule in
      let patterns = rule.actions.map { "'" + String(decoding: $0.canonical, as: UTF8.self) + "'" }
      return "\(rule.effect.rawValue) [\(patterns.joined(separator: ", "))] (\(rule.policyID))"
    }
  }

  /// The policy of a proxy that has none: everything is denied, and the reason says what to do.
  public static func missing(reason: String) -> Policy {
    let rule = Rule(
      effect: .deny, actions: [ActionPattern([UInt8(ascii: "*")])], policyID: "synthetic:BUNDLE_MISSING",
      reason: reason, reasonCode: "BUNDLE_MISSING", line: 0)
    return Policy(source: .missing, fileName: "", rules: [rule], settings: PolicySettings())
  }

  /// Judges a call: the first rule that matches decides, else the default action.
  public func decide(_ call: Call) -> Decision {
    var skippedForResource = false
    for (index, rule) in rules.enumerated() {
      guard matchesAction(rule, call), matchesSelectors(rule, call) else { continue }
      guard matchesResource(rule, call) else {
        skippedForResource = true
        continue
      }
      var decision = Decision(
        effect: rule.effect, policyID: rule.policyID,
        reasonCode: rule.reasonCode.isEmpty ? "RULE_MATCH" : rule.reasonCode,
        reason: rule.reason.isEmpty ? "Matched rule \(rule.policyID)" : rule.reason,
        evaluatedRules: index + 1)
      decision.gateMatched = rule.gate
      decision.requiresApproval = rule.escalatesOnDeny && rule.effect == .deny
      return decision
    }
    let isResourceSkip = skippedForResource && settings.defaultAction == .deny
    return Decision(
      effect: settings.defaultAction,
      policyID: isResourceSkip ? "synthetic:RESOURCE_GATE_SKIP" : "synthetic:NO_RULE_MATCH",
      reasonCode: "NO_RULE_MATCH",
      reason: isResourceSkip
        ? "no rule matches this call; one would for another resource" : "no rule matches this call",
      evaluatedRules: rules.count)
  }

  private func matchesAction(_ rule: Rule, _ call: Call) -> Bool {
    rule.actions.contains { pattern in call.actions.contains { pattern.matches($0) } }
  }

  private func matchesSelectors(_ rule: Rule, _ call: Call) -> Bool {
    if !rule.clients.isEmpty {
      let client = Array((call.context.clientName ?? "").utf8)
      guard rule.clients.contains(where: { $0.matches(client) }) else { return false }
    }
    if !rule.projects.isEmpty {
      let project = Array((call.context.projectID ?? "").utf8)
      guard rule.projects.contains(where: { $0.matches(project) }) else { return false }
    }
    return true
  }

  private func matchesResource(_ rule: Rule, _ call: Call) -> Bool {
    guard !rule.resources.isEmpty else { return true }
    return !call.resource.isEmpty && rule.resources.contains { $0.matches(call.resource) }
  }
}
