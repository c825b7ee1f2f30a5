import Python

/// Reads one rule of a local policy.
enum RuleReader {
  /// Why a rule can't be used, and where.
  struct Failure: Error {
    let message: String
    let value: PolicyValue

    init(_ message: String, _ value: PolicyValue) {
      self.message = message
      self.value = value
    }
  }

  /// Everything that is wrong with a rule; at least one failure.
  struct Failures: Error {
    let all: [Failure]

    init(_ all: [Failure]) { self.all = all }
  }

  /// - Parameter isLocal: whether the rule is written by hand, so that its author wants to hear of probable mistakes.
  static func read(
    _ value: PolicyValue, index: Int, isOurDialect: Bool, isLocal: Bool, locale: String
  ) throws(Failures) -> (rule: Rule, warnings: [PolicyWarning]) {
    let make: ([Condition]) -> Rule
    var warnings: [PolicyWarning]
    let conditions: PolicyValue?
    do throws(Failure) {
      (make, warnings) = try readSelectors(
        of: value, index: index, isOurDialect: isOurDialect, isLocal: isLocal, locale)
      conditions = try self.conditions(of: value)
    } catch {
      throw Failures([error])
    }
    guard let conditions else { return (make([]), warnings) }
    let read = try ConditionReader.read(conditions, isOurDialect: isOurDialect, isLocal: isLocal)
    let rule = make(read.conditions)
    let hints = read.hints + (isLocal ? OpenConditions.hints(for: rule, conditions) : [])
    warnings += hints.map { PolicyWarning(at: value, "rule \(index): \($0)") }
    return (rule, warnings)
  }

  /// Reads everything but the conditions; `make` builds the rule from them.
  private static func readSelectors(
    of value: PolicyValue, index: Int, isOurDialect: Bool, isLocal: Bool, _ locale: String
  ) throws(Failure) -> (make: ([Condition]) -> Rule, warnings: [PolicyWarning]) {
    guard case .mapping(let members) = value.content else {
      throw Failure("must be a mapping, not \(value.kindName)", value)
    }
    // To YAML, `on` and `no` are booleans; a `when` under such a key would leave the rule without its condition.
    for key in members.lazy.map(\.key) where key.string == nil {
      throw Failure("a key of a rule must be a string, not \(key.kindName); in quotes it is one", key)
    }
    let (effect, pattern) = try effectAndPattern(of: value, members, isOurDialect: isOurDialect)
    let patterns = try strings(pattern, "the pattern")
    let identifier = value["id"].map(PythonText.string)
    let name = value["name"].map(PythonText.string) ?? identifier ?? "rule-\(index)"
    let localReason = try reason(in: locale, of: value["reason_localized"])

    let resources = try globs(["resources", "resource"], in: value)
    let clients = try globs(["clients"], in: value).map(Glob.init)
    let projects = try globs(["projects"], in: value).map(Glob.init)
    let policyID = identifier.flatMap { $0.isEmpty ? nil : $0 } ?? name
    let make: ([Condition]) -> Rule = { conditions in
      Rule(
        effect: effect,
        actions: patterns.map(ActionPattern.init),
        resources: resources.contains([UInt8(ascii: "*")]) ? [] : resources.map(Glob.init),
        clients: clients,
        projects: projects,
        conditions: conditions,
        policyID: policyID,
        reason: localReason ?? value["reason"].map(PythonText.string) ?? "",
        reasonCode: value["reason_code"].map(PythonText.string) ?? "",
        escalatesOnDeny: value["escalate_on_deny"]?.isTruthy ?? false,
        line: value.line, column: value.column)
    }
    var warnings = RuleHints.warnings(for: members, patterns: patterns, index: index, of: value)
    if isLocal {
      warnings += RuleHints.warnings(ofNothingBy: patterns, index: index, of: value)
      warnings += RuleHints.warnings(ofID: policyID, index: index, of: value)
    }
    return (make, warnings)
  }

  private static func effectAndPattern(
    of rule: PolicyValue, _ members: [PolicyValue.Member], isOurDialect: Bool
  ) throws(Failure) -> (Effect, PolicyValue) {
    let effect: Effect
    let pattern: PolicyValue?
    if let explicit = rule["effect"], explicit.isTruthy {
      effect = try self.effect(explicit, isOurDialect: isOurDialect)
      // As in Python's `a or b`: an empty `action` gives way to `actions`.
      pattern = rule["action"].flatMap { $0.isTruthy ? $0 : nil } ?? rule["actions"]
    } else {
      switch (rule["deny"], rule["allow"]) {
      case (_?, _?):
        throw Failure("`deny` and `allow` can't both be set", rule)
      case (let denied?, nil):
        (effect, pattern) = (.deny, denied)
      case (nil, let allowed?):
        (effect, pattern) = (.allow, allowed)
      case (nil, nil):
        let hint = UnknownKeys.hint(for: members, known: ["deny", "allow", "effect"])
        throw Failure("must have one of `deny`, `allow` or `effect`\(hint)", rule)
      }
    }
    guard let pattern, !pattern.isNull else {
      let hint = rule["effect"]?.isTruthy == true ? ": `effect` takes it from `action` or `actions`" : ""
      throw Failure("the tool pattern is missing\(hint)", rule)
    }
    return (effect, pattern)
  }

  private static func effect(_ value: PolicyValue, isOurDialect: Bool) throws(Failure) -> Effect {
    let text = value.string ?? PythonText.representation(value)
    switch Effect(rawValue: text) {
    case .audit? where !isOurDialect:
      throw Failure(
        "`effect: audit` needs `dialect: \(LocalPolicyLoader.dialectName)` at the root of the file",
        value)
    case let effect?:
      return effect
    case nil:
      throw Failure("`effect` must be `allow`, `deny` or `warn`, not `\(text)`", value)
    }
  }

  /// The patterns under the first of the keys with a truthy value, as in Python's `a or b`; none if there is none.
  private static func globs(_ keys: [String], in rule: PolicyValue) throws(Failure) -> [[UInt8]] {
    guard let value = keys.lazy.compactMap({ rule[$0] }).first(where: { $0.isTruthy }) else { return [] }
    return try strings(value, "`\(keys[0])`")
  }

  /// A string, or a list of strings.
  private static func strings(_ value: PolicyValue, _ what: String) throws(Failure) -> [[UInt8]] {
    switch value.content {
    case .string(let bytes):
      return [bytes]
    case .list(let elements):
      var strings: [[UInt8]] = []
      for element in elements {
        guard case .string(let bytes) = element.content else {
          throw Failure("\(what) must hold only strings, not \(element.kindName)", element)
        }
        strings.append(bytes)
      }
      return strings
    default:
      throw Failure("\(what) must be a string or a list of strings, not \(value.kindName)", value)
    }
  }

  /// The text for a locale, or for its language; nil if there is none or if English is asked for.
  private static func reason(in locale: String, of value: PolicyValue?) throws(Failure) -> String? {
    guard let value, !value.isNull else { return nil }
    guard case .mapping(let members) = value.content,
      members.allSatisfy({ $0.key.string != nil && $0.value.string != nil })
    else {
      throw Failure("`reason_localized` must map locales to texts", value)
    }
    guard !locale.isEmpty, locale != "en" else { return nil }
    let language = String(locale.prefix { $0 != "-" && $0 != "_" })
    for wanted in [locale, language] {
      let text = members.last { Self.locale($0.key.string ?? "") == wanted }?.value.string
      if let text, !text.isEmpty { return text }
    }
    return nil
  }

  /// A locale in the form that is compared: lowercase, without surrounding white space.
  static func locale(_ text: String) -> String {
    let folded = PythonText.lowercased(Array(text.utf8)[...])
    return String(decoding: PythonSpace.stripped(folded[...]), as: UTF8.self)
  }

  /// A non-empty `when` counts, otherwise `conditions`; each must be a mapping if present.
  private static func conditions(of rule: PolicyValue) throws(Failure) -> PolicyValue? {
    for key in ["when", "conditions"] {
      guard let value = rule[key], !value.isNull else { continue }
      guard case .mapping = value.content else { throw Failure("`\(key)` must be a mapping", value) }
    }
    return ["when", "conditions"].lazy.compactMap { rule[$0] }.first { $0.isTruthy }
  }
}
