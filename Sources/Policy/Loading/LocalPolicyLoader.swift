import Python

/// Makes a policy from a local file: the schema of Control Zero 1.13.16, and our dialect if the file declares it.
///
/// Collects every error. A file that the SDK refuses is refused.
struct LocalPolicyLoader {
  let fileName: String
  let locale: String
  private(set) var errors: [PolicyError.Diagnostic] = []
  private(set) var warnings: [PolicyWarning] = []
  private(set) var dialect: String?

  private init(fileName: String, locale: String) {
    self.fileName = fileName
    self.locale = RuleReader.locale(locale)
  }

  static func load(
    _ bytes: [UInt8], format: PolicyFormat, fileName: String, locale: String
  ) throws(PolicyError) -> Policy {
    guard bytes.count <= PolicyLimits.maxBytes else {
      throw PolicyError(.load, "larger than \(PolicyLimits.maxBytes) bytes", fileName: fileName)
    }
    let (root, repeatedKeys) =
      switch format {
      case .yaml: try YAMLReader.read(bytes, fileName: fileName)
      case .json: try JSONPolicyReader.read(bytes, fileName: fileName)
      }
    var loader = LocalPolicyLoader(fileName: fileName, locale: locale)
    loader.warnings += repeatedKeys
    return try loader.policy(from: root)
  }

  private mutating func policy(from root: PolicyValue) throws(PolicyError) -> Policy {
    if root.isNull { throw PolicyError(.validation, "the policy file is empty", fileName: fileName) }
    guard case .mapping(let members) = root.content else {
      throw PolicyError(
        .validation, "the policy must be a mapping, not \(root.kindName)", fileName: fileName, line: root.line)
    }
    if let version = root["version"], !version.isString("1") {
      error("`version` must be the string \"1\", not \(PythonText.representation(version))", at: version)
    }
    if let asked = root["dialect"] {
      if asked.isString(Self.dialectName) {
        dialect = Self.dialectName
      } else {
        error("the only `dialect` is `\(Self.dialectName)`", at: asked)
      }
    }
    warnings += UnknownKeys.warnings(in: members, known: Self.rootKeys, of: "the policy", onlyMisspelt: true)
    let settings = settings(from: root["settings"])
    let rules = rules(from: root["rules"], root: root)
    let detection = DetectionRuleReader(root["dlp_rules"])
    errors += detection.errors
    warnings += detection.warnings
    if case .list(let elements)? = root["dlp_rules"]?.content {
      for (index, element) in elements.enumerated() {
        guard case .mapping(let members) = element.content else { continue }
        warnings += UnknownKeys.warnings(
          in: members, known: DetectionRuleReader.keys, of: "dlp rule \(index)", onlyMisspelt: true)
      }
    }
    let resultRules = section(ResultRules.key, of: root, ResultRules()) { (value) throws(RuleReader.Failure) in
      try ResultRules(value)
    }
    let annotationRules = section(AnnotationRules.key, of: root, AnnotationRules()) {
      (value) throws(RuleReader.Failure) in try AnnotationRules(value)
    }
    guard errors.isEmpty else {
      throw PolicyError(fileName: fileName, diagnostics: errors.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
    }
    return Policy(
      source: .local, dialect: dialect, warnings: warnings, rules: RuleTable(rules),
      settings: settings, detectionRules: detection.rules, resultRules: resultRules,
      annotationRules: annotationRules)
  }

  static let dialectName = "czproxy/1"

  /// Reads a section of our dialect.
  private mutating func section<Section>(
    _ key: String, of root: PolicyValue, _ none: Section, _ read: (PolicyValue) throws(RuleReader.Failure) -> Section
  ) -> Section {
    guard let value = root[key], !value.isNull else { return none }
    // Without the dialect the file is the SDK's, and the SDK does not know these keys.
    guard dialect != nil else {
      warnings.append(
        PolicyWarning(
          at: value,
          "`\(key)` counts for nothing without `dialect: \(Self.dialectName)` at the root of the file"))
      return none
    }
    do throws(RuleReader.Failure) {
      return try read(value)
    } catch {
      self.error(error.message, at: error.value)
      return none
    }
  }

  private static let rootKeys = [
    "version", "dialect", "settings", "rules", "dlp_rules", ResultRules.key, AnnotationRules.key,
  ]

  // MARK: Settings

  private mutating func settings(from value: PolicyValue?) -> PolicySettings {
    var settings = PolicySettings()
    guard let value, !value.isNull else { return settings }
    guard case .mapping(let members) = value.content else {
      error("`settings` must be a mapping", at: value)
      return settings
    }
    warnings += UnknownKeys.warnings(in: members, known: Self.settingsKeys, of: "settings")
    settings.defaultOnTamper = choice("tamper_behavior", in: value, nullIsAbsent: false) ?? settings.defaultOnTamper
    settings.defaultAction =
      effect("default_action", [.deny, .allow, .warn], in: value) ?? settings.defaultAction
    settings.defaultOnMissing =
      effect("default_on_missing", [.deny, .allow], in: value) ?? settings.defaultOnMissing
    settings.defaultOnEmpty = choice("default_on_empty", in: value) ?? settings.defaultOnEmpty
    settings.defaultOnTamper = choice("default_on_tamper", in: value) ?? settings.defaultOnTamper
    guard let status = value["enforcement_status"] else { return settings }
    switch status.content {
    // The SDK ignores a status that it does not know, but fails at one that can't be in a set.
    case .list, .mapping: error("`settings.enforcement_status` must be a text, not \(status.kindName)", at: status)
    default:
      if let text = status.string, Self.enforcementStatuses.contains(text) { settings.enforcementStatus = text }
    }
    return settings
  }

  private static let settingsKeys = [
    "default_action", "default_on_missing", "default_on_empty", "default_on_tamper", "tamper_behavior",
    "enforcement_status",
  ]

  private static let enforcementStatuses = ["enforcing", "degraded_below_floor", "fail_closed", "bundle_missing"]

  private mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, in settings: PolicyValue, nullIsAbsent: Bool = true
  ) -> Choice? where Choice.RawValue == String {
    guard let value = settings[key], !(nullIsAbsent && value.isNull) else { return nil }
    if let text = value.string, let choice = Choice(rawValue: text) { return choice }
    let choices = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    error("`settings.\(key)` must be one of \(choices), not \(PythonText.representation(value))", at: value)
    return nil
  }

  private mutating func effect(_ key: String, _ choices: [Effect], in settings: PolicyValue) -> Effect? {
    guard let value = settings[key], !value.isNull else { return nil }
    if let effect = choices.first(where: { value.isString($0.rawValue) }) { return effect }
    let names = choices.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    error("`settings.\(key)` must be one of \(names), not \(PythonText.representation(value))", at: value)
    return nil
  }

  // MARK: Rules

  private mutating func rules(from value: PolicyValue?, root: PolicyValue) -> [Rule] {
    guard let value, !value.isNull else {
      let members = if case .mapping(let members) = root.content { members } else { [PolicyValue.Member]() }
      error("`rules` is missing\(UnknownKeys.hint(for: members, known: ["rules"]))", at: root)
      return []
    }
    guard case .list(let elements) = value.content else {
      error("`rules` must be a list, not \(value.kindName)", at: value)
      return []
    }
    if elements.isEmpty { error("`rules` must hold at least one rule", at: value) }
    var rules: [Rule] = []
    for (index, element) in elements.enumerated() {
      do throws(RuleReader.Failures) {
        let (rule, warnings) = try RuleReader.read(
          element, index: index, isOurDialect: dialect != nil, isLocal: true, locale: locale)
        rules.append(rule)
        self.warnings += warnings
      } catch {
        for failure in error.all { self.error("rule \(index): \(failure.message)", at: failure.value) }
      }
    }
    return rules
  }

  private mutating func error(_ message: String, at value: PolicyValue) {
    errors.append(.init(code: .validation, line: value.line, column: value.column, message: message))
  }
}

extension Policy {
  /// Loads a local policy.
  ///
  /// - Parameters:
  ///   - fileName: for messages only.
  ///   - locale: the language of the reasons, if rules have several (`ko`, `pt-BR`); empty for English.
  /// - Throws: every error in the file, each with its place.
  public static func load(
    local bytes: [UInt8], format: PolicyFormat, fileName: String, locale: String = ""
  ) throws(PolicyError) -> Policy {
    try LocalPolicyLoader.load(bytes, format: format, fileName: fileName, locale: locale)
  }
}
