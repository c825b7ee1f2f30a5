public import Wire

/// Makes a policy from a bundle's payload (Control Zero 1.13.16, "translate to local policy").
struct HostedPolicyLoader {
  let fileName: String
  /// Whether a payload without policies counts as that of a project without policies.
  let trustsEmpty: Bool
  let ignoresFloor: Bool
  let locale: String

  private var errors: [PolicyError.Diagnostic] = []
  private var warnings: [PolicyWarning] = []

  init(fileName: String, trustsEmpty: Bool, ignoresFloor: Bool, locale: String) {
    self.fileName = fileName
    self.ignoresFloor = ignoresFloor
    self.trustsEmpty = trustsEmpty
    self.locale = RuleReader.locale(locale)
  }

  mutating func load(_ document: JSONDocument) throws(PolicyError) -> Policy {
    let lines = LineIndex(document.bytes)
    let root = JSONPolicyReader.value(of: document.root, in: document, lines, skipping: "policies")
    guard case .mapping = root.content else {
      throw PolicyError(.load, "the payload must be an object, not \(root.kindName)", fileName: fileName)
    }
    var settings = settings(from: root)
    var rules = RuleTable([])
    switch isBelowFloor(root) {
    case nil:
      error("`metadata.min_sdk_version` can't be compared with \(Self.level)", at: root["metadata"] ?? root)
    case true? where settings.defaultAction == .deny:
      rules = RuleTable([Self.belowFloor])
      settings = PolicySettings()
      settings.enforcementStatus = "fail_closed"
    case let isBelow?:
      if isBelow { degrade(&settings, root) }
      rules = self.rules(from: document, lines, root, settings)
    }
    let detection = DetectionRuleReader(root["dlp_rules"])
    errors += detection.errors
    warnings += detection.warnings
    guard errors.isEmpty else { throw PolicyError(fileName: fileName, diagnostics: errors) }
    return Policy(
      source: .hosted, projectID: root["project_id"]?.string, warnings: warnings, rules: rules,
      settings: settings, detectionRules: detection.rules)
  }

  // MARK: Settings

  private static let level = SDKVersion.implementedText

  /// Nil if the SDK can't determine it either.
  private func isBelowFloor(_ root: PolicyValue) -> Bool? {
    guard !ignoresFloor, let floor = root["metadata"]?["min_sdk_version"]?.string, !floor.isEmpty else { return false }
    return SDKVersion.implemented.isBelow(SDKVersion(floor))
  }

  /// The policy is enforced as well as it can be, and nobody is left in the dark about it.
  private mutating func degrade(_ settings: inout PolicySettings, _ root: PolicyValue) {
    settings.enforcementStatus = "degraded_below_floor"
    let floor = root["metadata"]?["min_sdk_version"] ?? root
    warnings.append(
      .init(
        line: floor.line, column: floor.column,
        message: "the policy asks for version \(floor.string ?? "") of Control Zero's semantics, and \(Self.level) is "
          + "implemented here: it may decide otherwise than is meant"))
  }

  private mutating func settings(from root: PolicyValue) -> PolicySettings {
    var settings = PolicySettings()
    settings.defaultAction = choice("default_action", [Effect.deny, .allow, .warn], in: root) ?? settings.defaultAction
    settings.defaultOnMissing = choice("default_on_missing", [Effect.deny, .allow], in: root) ?? .deny
    settings.defaultOnEmpty = choice("default_on_empty", PolicySettings.OnEmpty.allCases, in: root) ?? .observe
    settings.defaultOnTamper = choice("default_on_tamper", TamperPosture.allCases, in: root) ?? .warn
    return settings
  }

  /// Nil for a word that is not one of the choices.
  private mutating func choice<Choice: RawRepresentable>(
    _ key: String, _ choices: [Choice], in root: PolicyValue
  ) -> Choice? where Choice.RawValue == String {
    guard let value = root[key] else { return nil }
    refuseContainer(value, key)
    return choices.first { value.isString($0.rawValue) }
  }

  /// A list or an object stops the SDK where it looks a value up among words.
  private mutating func refuseContainer(_ value: PolicyValue, _ key: String) {
    switch value.content {
    case .list, .mapping: error("`\(key)` must be a word, not \(value.kindName)", at: value)
    default: break
    }
  }

  // MARK: Rules

  private mutating func rules(
    from document: JSONDocument, _ lines: LineIndex, _ root: PolicyValue, _ settings: PolicySettings
  ) -> RuleTable {
    let policies = document.member("policies", of: document.root)
    var rules = RuleTable(of: document, lines)
    for policy in sortedPolicies(policies, in: document, lines) {
      let identifier = document.member("id", of: policy).map { JSONPolicyReader.value(of: $0, in: document, lines) }
      rules.beginPolicy(defaultReason: HostedRule.defaultReason(policyID: identifier))
      HostedRule.forEach(of: policy, in: document) { node in
        if let rule = OrdinaryRule(node, in: document) { return rules.append(rule, at: node) }
        let value = JSONPolicyReader.value(of: node, in: document, lines)
        read(value, policyID: identifier, index: rules.count, into: &rules)
      }
    }
    guard rules.isEmpty, errors.isEmpty else { return rules }
    let isEmpty = policies.map { document.kind(of: $0) == .array && document.count(of: $0) == 0 } ?? false
    return RuleTable([
      isEmpty && isGenuinelyEmpty(root) ? Self.empty(settings.defaultOnEmpty) : Self.missing(settings.defaultOnMissing)
    ])
  }

  private mutating func read(_ value: PolicyValue, policyID: PolicyValue?, index: Int, into rules: inout RuleTable) {
    do throws(RuleReader.Failures) {
      let translated: PolicyValue
      do throws(RuleReader.Failure) {
        translated = try HostedRule.translated(value, policyID: policyID)
      } catch {
        throw RuleReader.Failures([error])
      }
      let (rule, warnings) = try RuleReader.read(
        translated, index: index, isOurDialect: false, isLocal: false, locale: locale)
      rules.append(rule)
      self.warnings += warnings
    } catch {
      for failure in error.all { self.error("rule \(index): \(failure.message)", at: failure.value) }
    }
  }

  /// By descending priority; policies with equal priority keep their order.
  private mutating func sortedPolicies(
    _ node: JSONDocument.Node?, in document: JSONDocument, _ lines: LineIndex
  ) -> [JSONDocument.Node] {
    guard let node, FieldValue(node, in: document)?.isTruthy == true else { return [] }
    switch document.kind(of: node) {
    case .array:
      let sorted = HostedRule.sorted(document.elements(of: node), of: document, lines)
      for priority in sorted.unusable { error("`priority` must be a number", at: priority) }
      return sorted.policies
    case .object, .string:
      return []
    default:
      error("`policies` must be a list", at: JSONPolicyReader.value(of: node, in: document, lines))
      return []
    }
  }

  /// Whether an empty list of policies is trusted.
  private func isGenuinelyEmpty(_ root: PolicyValue) -> Bool {
    guard trustsEmpty else { return false }
    guard case .integer(let count)? = root["metadata"]?["active_policy_count"]?.content, !count.hasPrefix("-") else {
      return true
    }
    return count == "0"
  }

  private mutating func error(_ message: String, at value: PolicyValue) {
    errors.append(.init(code: .validation, line: value.line, column: value.column, message: message))
  }

  // MARK: Synthetic rules

  private static func everything(_ effect: Effect, _ code: String, _ reason: String) -> Rule {
    Rule(
      effect: effect, actions: [ActionPattern([UInt8(ascii: "*")])], policyID: "synthetic:\(code)", reason: reason,
      reasonCode: code, line: 0, column: 0)
  }

  private static func missing(_ effect: Effect) -> Rule {
    everything(
      effect, "BUNDLE_MISSING", "the bundle holds no rules, though policies are attached: it has to be made anew")
  }

  private static func empty(_ posture: PolicySettings.OnEmpty) -> Rule {
    if let effect = Effect(rawValue: posture.rawValue) {
      return everything(effect, "NO_ACTIVE_POLICIES", "no policy is active in this project")
    }
    return everything(
      .allow, "OBSERVE_MODE_NO_POLICY", "no policy is active in this project: calls are recorded and go through")
  }

  private static let belowFloor = everything(
    .deny, "SDK_BELOW_FLOOR", "the policy needs a newer level of semantics than \(level), which is implemented here")
}

extension Policy {
  /// Loads the payload of a verified bundle.
  ///
  /// - Parameters:
  ///   - fileName: for messages only.
  ///   - trustsEmpty: whether a payload without policies may stand for a project without policies; false for a
  ///     bundle from a cache that is no longer fresh.
  ///   - locale: the language of the reasons, if rules have several; empty for English.
  /// - Throws: every error in the payload.
  public static func load(
    hosted bytes: [UInt8], fileName: String, trustsEmpty: Bool = true, locale: String = ""
  ) throws(PolicyError) -> Policy {
    try load(hosted: bytes, fileName: fileName, trustsEmpty: trustsEmpty, ignoresFloor: false, locale: locale)
  }

  /// The same for a payload that is already parsed, within ``JSONLimits``.
  public static func load(
    hosted payload: JSONDocument, fileName: String, trustsEmpty: Bool = true, locale: String = ""
  ) throws(PolicyError) -> Policy {
    var loader = HostedPolicyLoader(
      fileName: fileName, trustsEmpty: trustsEmpty, ignoresFloor: false, locale: locale)
    return try loader.load(payload)
  }

  /// - Parameter ignoresFloor: for a comparison with only the SDK's translation, which knows no floor.
  static func load(
    hosted bytes: [UInt8], fileName: String, trustsEmpty: Bool = true, ignoresFloor: Bool,
    locale: String = ""
  ) throws(PolicyError) -> Policy {
    var loader = HostedPolicyLoader(
      fileName: fileName, trustsEmpty: trustsEmpty, ignoresFloor: ignoresFloor, locale: locale)
    return try loader.load(try JSONPolicyReader.document(bytes, fileName: fileName))
  }
}
