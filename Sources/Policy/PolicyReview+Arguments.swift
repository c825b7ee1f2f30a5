import Wire

/// Finds conditions on arguments that tools do not have, or that calls may omit: a rule that denies then misses such
/// calls, and one that lets through never applies.
extension PolicyReview {
  /// The maximum number of tools that a warning names.
  private static let named = 4

  func unknownArguments(server: [UInt8], tools: [KnownTool]) -> [PolicyWarning] {
    let actions = Self.actions(of: tools, server: server)
    return policy.rules.enumerated().flatMap { number, rule -> [PolicyWarning] in
      guard !rule.conditions.isEmpty else { return [] }
      let concerned = zip(tools, actions).filter { _, action in rule.actions.contains { $0.matches(action) } }.map(\.0)
      return rule.conditions.compactMap { condition in
        (message(of: condition, for: concerned) ?? message(ofLackOf: condition, rule, for: concerned, server))
          .map { PolicyWarning(at: rule, "rule \(number): \($0)") }
      }
    }
  }

  /// - Parameter tools: those that the rule, which may deny, is for.
  private func message(
    ofLackOf condition: Condition, _ rule: Rule, for tools: [KnownTool], _ server: [UInt8]
  ) -> String? {
    guard rule.effect == .deny, !condition.test.isOfPresence, let name = Self.argument(of: condition) else {
      return nil
    }
    let open = tools.first { tool in
      tool.schema?.mayLack(name) == true
        && goesThrough(Self.actions(of: [tool], server: server), without: name)
    }
    return open.map {
      "`\(condition.name)` may be left out of a call of `\(String(decoding: $0.name, as: UTF8.self))`, which this rule then "
        + "does not deny; one with `{op: not_exists}` does"
    }
  }

  /// Whether some rule, or the default, lets a call without an argument through.
  private func goesThrough(_ actions: [[UInt8]], without name: [UInt8]) -> Bool {
    for rule in policy.rules where rule.actions.contains(where: { actions.contains(where: $0.matches) }) {
      let others = rule.conditions.filter { Self.argument(of: $0) != name }
      let own = rule.conditions.filter { Self.argument(of: $0) == name }
      guard own.allSatisfy({ if case .doesNotExist = $0.test { true } else { false } }) else { continue }
      if rule.effect != .deny { return true }
      // Whether any other condition holds can't be determined.
      if others.isEmpty, rule.resources.isEmpty, rule.clients.isEmpty, rule.projects.isEmpty { return false }
    }
    return policy.settings.defaultAction != .deny
  }

  /// The argument that a condition is about.
  private static func argument(of condition: Condition) -> [UInt8]? {
    switch condition.field {
    case .key(let key): isOfContext(key) ? nil : key
    case .path(let path): if case .member(let name)? = path.steps.first { name } else { nil }
    }
  }

  /// - Parameter tools: those that the rule is for.
  private func message(of condition: Condition, for tools: [KnownTool]) -> String? {
    let steps: [ArgumentPath.Step]
    let isSurelyAnArgument: Bool
    switch condition.field {
    case .key(let key):
      guard !Self.isOfContext(key) else { return nil }
      (steps, isSurelyAnArgument) = ([.member(key)], false)
    case .path(let path):
      (steps, isSurelyAnArgument) = (path.steps, true)
    }
    let without = tools.filter { $0.schema?.declares(steps) == false }
    guard let first = without.first else { return nil }
    let meant = Self.meant(by: steps, of: first)
    // A key that no tool has may belong to the context, which can have any key.
    guard isSurelyAnArgument || meant != nil || without.count < tools.count else { return nil }
    let names = without.prefix(Self.named).map { "`\(String(decoding: $0.name, as: UTF8.self))`" }
    let more = without.count > names.count ? " and \(without.count - names.count) more" : ""
    return "`\(condition.name)` is no argument of \(names.joined(separator: ", "))\(more)"
      + (meant.map { "; `\(String(decoding: $0, as: UTF8.self))` was meant?" } ?? "")
  }

  /// Whether a condition on this key is about something other than one argument.
  private static func isOfContext(_ key: [UInt8]) -> Bool {
    let others: [StaticString] = ["input_text", "resource", "tags", "host_tool_name", "subject_origin"]
    return ContextMembers.isAboutCaller(key) || others.contains { $0.hasBytes(key.span) }
  }

  /// The tool's argument that is called nearly the same: `file_path` for `path`, `paths` for `path`.
  private static func meant(by steps: [ArgumentPath.Step], of tool: KnownTool) -> [UInt8]? {
    guard steps.count == 1, case .member(let name)? = steps.first, let schema = tool.schema else { return nil }
    return schema.argumentNames.first { other in
      let (short, long) = name.count < other.count ? (name, other) : (other, name)
      if LookAlike.letters(name) == LookAlike.letters(other) { return true }
      return short.count > 2 && (long.starts(with: short) || long.suffix(short.count).elementsEqual(short))
    }
  }
}
