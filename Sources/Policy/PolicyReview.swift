import Python

/// Looks for what is permitted in a policy but probably not meant, beyond the warnings of loading.
struct PolicyReview {
  let policy: Policy

  // MARK: Shadows

  /// Rules that no call reaches, because an earlier rule takes every call that they are for.
  func shadowedRules() -> [PolicyWarning] {
    // Only rules that select by nothing but the action take everything they name, and only for patterns without `?` and
    // sets does matching a pattern's text mean matching everything that it matches.
    var covering: [Rule] = []
    var positions: [Int] = []
    for (number, rule) in policy.rules.enumerated() where rule.asksForActionOnly {
      let simple = rule.actions.filter { !$0.canonical.contains { "?[".utf8.contains($0) } }
      covering.append(
        Rule(
          effect: rule.effect, actions: simple, policyID: rule.policyID, reason: "", reasonCode: "", line: rule.line,
          column: rule.column))
      positions.append(number)
    }
    let index = ActionIndex(RuleTable(covering))
    return policy.rules.enumerated().compactMap { number, rule in
      let covers = rule.actions.map { first(in: index, covering: $0) }
      guard !covers.isEmpty, covers.allSatisfy({ $0.map { positions[$0] < number } ?? false }),
        let last = covers.compactMap({ $0 }).max()
      else { return nil }
      let by = policy.rules[positions[last]]
      return PolicyWarning(
        at: rule,
        "rule \(number): nothing reaches it: `\(by.policyID)` in line \(by.line) takes all its calls")
    }
  }

  private func first(in index: ActionIndex, covering pattern: ActionPattern) -> Int? {
    var found: Int?
    let text = pattern.matchesEverything ? Array("*:*".utf8) : ActionPattern.normalized(pattern.canonical)
    _ = index.forEachMatch(of: [.init(text: text, isWidened: true, isLegacy: true)]) { match in
      found = match.number
      return false
    }
    return found
  }

  /// Ids that several rules share: a record that names one does not say which rule decided.
  func repeatedIDs() -> [PolicyWarning] {
    var lines: [String: Int] = [:]
    return policy.rules.enumerated().compactMap { number, rule in
      guard let line = lines[rule.policyID] else {
        lines[rule.policyID] = rule.line
        return nil
      }
      return PolicyWarning(
        at: rule,
        "rule \(number): `\(rule.policyID)` names the rule in line \(line) too: records can't tell them apart")
    }
  }

  // MARK: Servers and tools

  /// Server names that rules for a family of tools also reach, if there are such rules.
  func familyNames(server: [UInt8]?) -> [PolicyWarning] {
    if let server {
      // The server's name stands in no line of the file, so this warning comes before all others.
      return warning(forTool: server, line: 1, column: 1, what: "the server's name").map { [$0] } ?? []
    }
    return policy.rules.enumerated().flatMap { number, rule in
      rule.actions.compactMap { pattern in
        let parts = pattern.canonical.split(separator: UInt8(ascii: ":"), maxSplits: 1)
        guard let tool = parts.first, parts.count == 2, !parts[1].elementsEqual("*".utf8) else { return nil }
        return warning(
          forTool: Array(tool), line: rule.line, column: rule.column, what: "rule \(number): as a server's name")
      }
    }
  }

  /// Rules by class of statement or command, for a server whose name puts it in their family: the contents of calls are
  /// examined only for tools called `database` or `Bash` (Control Zero 1.13.16, "semantic classes").
  func classesOfOthers(server: [UInt8]) -> [PolicyWarning] {
    guard let family = ToolFamily.family(ofFolded: CaseFolding.folded(server)), family != server else { return [] }
    let isDatabase = family.elementsEqual("database".utf8)
    guard isDatabase || family.elementsEqual("Bash".utf8) else { return [] }
    let (name, own) = (String(decoding: server, as: UTF8.self), String(decoding: family, as: UTF8.self))
    return policy.rules.enumerated().compactMap { number, rule in
      let named = rule.actions.first { pattern in
        let text = String(decoding: pattern.canonical, as: UTF8.self)
        return isDatabase
          ? DatabaseAction.Class.allCases.contains { text == "database:\($0.rawValue)" }
          : ["file_delete:", "file_write:", "file_read:", "network:", "git_"].contains { text.hasPrefix($0) }
      }
      guard let named else { return nil }
      return PolicyWarning(
        at: rule,
        "rule \(number): `\(String(decoding: named.canonical, as: UTF8.self))` says nothing of what `\(name)` is asked to "
          + "do: that is looked into for a tool that is called `\(own)` alone")
    }
  }

  private func warning(forTool tool: [UInt8], line: Int, column: Int, what: String) -> PolicyWarning? {
    guard let family = ToolFamily.family(ofFolded: CaseFolding.folded(tool)), family != tool,
      reaches(family, otherwiseThan: tool)
    else { return nil }
    let name = String(decoding: tool, as: UTF8.self)
    let familyName = String(decoding: family, as: UTF8.self)
    return PolicyWarning(
      line: line, column: column,
      message: "\(what) `\(name)` is one of the family `\(familyName)`: rules that deny or warn of `\(familyName)` "
        + "are for it too")
  }

  /// Whether some rule that denies or warns is for a family but not for this name itself.
  private func reaches(_ family: [UInt8], otherwiseThan tool: [UInt8]) -> Bool {
    policy.rules.contains { rule in
      guard rule.effect == .deny || rule.effect == .warn else { return false }
      return rule.actions.contains { pattern in
        let glob = Glob(toolPart(of: pattern))
        return glob.matches(CaseFolding.folded(family)) && !glob.matches(CaseFolding.folded(tool))
      }
    }
  }

  /// The part before the colon, case-folded.
  private func toolPart(of pattern: ActionPattern) -> [UInt8] {
    Array(ActionPattern.normalized(pattern.canonical).prefix { $0 != UInt8(ascii: ":") })
  }

  /// Warns if no rule is for a server: mostly a tool was named alone, or the server has another name elsewhere.
  func missingRules(server: [UInt8]) -> [PolicyWarning] {
    guard !policy.rules.contains(where: { $0.actions.contains { mayConcern(server, $0) } }) else { return [] }
    let name = String(decoding: server, as: UTF8.self)
    return [
      PolicyWarning(
        line: 1, column: 1,
        message: "no rule is for the server `\(name)`: patterns for its tools are `\(name):TOOL`, or `\(name)` for all")
    ]
  }

  private func mayConcern(_ server: [UInt8], _ pattern: ActionPattern) -> Bool {
    let tool = toolPart(of: pattern)
    let start = tool.prefix { !Glob.isSpecial($0) }
    // The names that calls to every server have (`mcp__server__tool`, `mcp.tool.call`, `llm:generate`).
    let isOfAll = ["mcp__", "mcp.", "llm"].contains {
      start.starts(with: $0.utf8) || start.count < tool.count && $0.utf8.starts(with: start)
    }
    let folded = CaseFolding.folded(server)
    let glob = Glob(tool)
    return isOfAll || glob.matches(folded)
      || ToolFamily.family(ofFolded: folded).map { glob.matches(CaseFolding.folded($0)) } ?? false
  }

  /// Patterns that name one of the server's tools in the place of a server.
  func toolsAsServers(server: [UInt8], tools: [KnownTool]) -> [PolicyWarning] {
    policy.rules.enumerated().flatMap { number, rule in
      rule.actions.compactMap { pattern in
        guard let tool = tools.lazy.map(\.name).first(where: { $0 + ":*".utf8 == pattern.canonical }), tool != server
        else { return nil }
        let name = String(decoding: tool, as: UTF8.self)
        return PolicyWarning(
          at: rule,
          "rule \(number): `\(name)` without a colon names a server; "
            + "`\(String(decoding: server, as: UTF8.self)):\(name)` was meant?")
      }
    }
  }

  /// Patterns for this server that match none of its tools.
  func unknownTools(server: [UInt8], tools: [KnownTool]) -> [PolicyWarning] {
    let folded = CaseFolding.folded(server)
    let actions = Self.actions(of: tools, server: server)
    return policy.rules.enumerated().flatMap { number, rule in
      rule.actions.compactMap { pattern in
        guard pattern.literalStart.starts(with: folded + [UInt8(ascii: ":")]), !pattern.namesMethod,
          !actions.contains(where: { pattern.matches($0) })
        else { return nil }
        let text = String(decoding: pattern.canonical, as: UTF8.self)
        let meant = tools.lazy.map(\.name).first { isClose($0, pattern.canonical.dropFirst(server.count + 1)) }
        let hint = meant.map { "; `\(String(decoding: $0, as: UTF8.self))` was meant?" } ?? ""
        return PolicyWarning(
          at: rule, "rule \(number): `\(text)` is for none of the server's tools\(hint)")
      }
    }
  }

  /// The actions that calls of the tools are matched by, one for each tool.
  static func actions(of tools: [KnownTool], server: [UInt8]) -> [[UInt8]] {
    let prefix = CaseFolding.folded(server) + [UInt8(ascii: ":")]
    return tools.map { prefix + $0.name }
  }

  /// Whether the names differ by a letter or two.
  private func isClose(_ first: [UInt8], _ second: ArraySlice<UInt8>) -> Bool {
    guard first.count < 128, second.count < 128, abs(first.count - second.count) <= 2 else { return false }
    var row = Array(0...second.count)
    for (place, byte) in first.enumerated() {
      var diagonal = row[0]
      row[0] = place + 1
      for (column, other) in second.enumerated() {
        let substituted = diagonal + (byte == other ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substituted, row[column] + 1, diagonal + 1)
      }
    }
    return row[second.count] <= 2
  }
}

extension Policy {
  /// What is permitted but probably not meant: the warnings of loading, rules that no call reaches, repeated ids, names
  /// that mean more than they seem to and, if the server's tools are known, patterns that match none of them and
  /// conditions on arguments that they do not have.
  public func review(server: [UInt8]? = nil, tools: [KnownTool]? = nil) -> [PolicyWarning] {
    let review = PolicyReview(policy: self)
    var found = warnings + review.shadowedRules() + review.repeatedIDs() + review.familyNames(server: server)
    if let server { found += review.missingRules(server: server) + review.classesOfOthers(server: server) }
    if let server, let tools {
      found += review.unknownTools(server: server, tools: tools) + review.toolsAsServers(server: server, tools: tools)
      found += review.unknownArguments(server: server, tools: tools)
    }
    return found.enumerated().sorted {
      ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
    }.map(\.element).reduce(into: []) { told, next in
      // Several patterns of a rule may cause the same warning.
      if told.last != next { told.append(next) }
    }
  }
}
