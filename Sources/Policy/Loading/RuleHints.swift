/// Finds what is permitted in a rule but probably not meant.
enum RuleHints {
  private static let knownKeys = [
    "effect", "action", "actions", "deny", "allow", "resource", "resources", "clients", "projects", "when",
    "conditions", "reason", "reason_code", "reason_localized", "escalate_on_deny", "id", "name",
  ]

  static func warnings(
    for members: [PolicyValue.Member], patterns: [[UInt8]], index: Int, of rule: PolicyValue
  ) -> [PolicyWarning] {
    var warnings = UnknownKeys.warnings(in: members, known: knownKeys, of: "rule \(index)")
    if members.contains(where: { $0.key.isString("escalate_on_deny") && $0.value.isTruthy }) {
      warnings.append(.init(at: rule, "rule \(index): nobody is asked: the call is denied outright"))
    }
    for pattern in patterns where namesServers(pattern) {
      let text = String(decoding: pattern, as: UTF8.self)
      warnings.append(
        .init(
          at: rule,
          "rule \(index): `\(text)` has no colon, so it names servers: it means `\(text):*`; "
            + "for tools of any server write `*:\(text)`"))
    }
    return warnings
  }

  /// Patterns that match no call, as far as can be determined.
  static func warnings(ofNothingBy patterns: [[UInt8]], index: Int, of rule: PolicyValue) -> [PolicyWarning] {
    if patterns.isEmpty { return [.init(at: rule, "rule \(index): without a pattern it is for no call")] }
    return patterns.filter(mayNameNothing).map { pattern in
      .init(
        at: rule,
        "rule \(index): `\(String(decoding: pattern, as: UTF8.self))` is for no call, as far as can be told: a pattern is "
          + "one `server:tool`, with `*`, `?` and sets, and several are a list")
    }
  }

  /// An id that records use when no rule decided.
  static func warnings(ofID id: String, index: Int, of rule: PolicyValue) -> [PolicyWarning] {
    guard id.hasPrefix("synthetic:") else { return [] }
    return [
      .init(at: rule, "rule \(index): with the id `\(id)` it looks in records as if no rule had decided")
    ]
  }

  /// Whether a pattern contains what tool and server names don't: several patterns in one, or a regular expression.
  private static func mayNameNothing(_ pattern: [UInt8]) -> Bool {
    guard let colon = pattern.firstIndex(of: UInt8(ascii: ":")) else {
      return pattern.isEmpty || pattern.contains(UInt8(ascii: "/"))
    }
    return pattern[colon...].contains { " \t,|{}^$".utf8.contains($0) }
  }

  /// Whether a pattern with a wildcard has no colon, so that it names servers where tools may be meant. The names that
  /// calls to every server have (`mcp__server__tool`, `mcp.tool.call`) contain no colon.
  static func namesServers(_ pattern: [UInt8]) -> Bool {
    pattern.count > 1 && pattern.contains(UInt8(ascii: "*")) && !pattern.contains(UInt8(ascii: ":"))
      && !["mcp__", "mcp."].contains { pattern.starts(with: $0.utf8) }
  }
}
