import DataLoss
import Python

/// Reads a policy's `dlp_rules` (Control Zero 1.13.16, "DLP rules"). Rules that the SDK skips are skipped.
struct DetectionRuleReader {
  private(set) var rules: [DetectionRule] = []
  /// Errors that stop the SDK.
  private(set) var errors: [PolicyError.Diagnostic] = []
  private(set) var warnings: [PolicyWarning] = []

  /// The keys of a rule.
  static let keys = [
    "id", "name", "pattern", "category", "action", "context_required", "context_keywords", "scopes",
  ]

  init(_ value: PolicyValue?) {
    guard let value, !value.isNull else { return }
    if case .list(let elements) = value.content {
      for element in elements { read(element) }
    } else {
      warnOfNone(value, "`dlp_rules`")
    }
  }

  private mutating func warnOfNone(_ value: PolicyValue, _ what: String) {
    warnings.append(
      PolicyWarning(
        at: value,
        "\(what) count for nothing as \(value.kindName): `dlp_rules` is a list, and each rule a mapping with `pattern`")
    )
  }

  private mutating func read(_ value: PolicyValue) {
    guard case .mapping = value.content else { return warnOfNone(value, "DLP rules") }
    let id = Self.id(value["id"])
    guard Self.isInScope(value) else {
      warnings.append(PolicyWarning(at: value, "DLP rule `\(id)` is left out: its scopes don't name `sdk`"))
      return
    }
    let pattern: [UInt8]? = if case .string(let bytes)? = value["pattern"]?.content { bytes } else { nil }
    if let action = value["action"], !action.isNull, action.string.flatMap(DetectionRule.Action.init) == nil {
      let name = PythonText.string(action)
      let meant = UnknownKeys.meant(by: name, of: DetectionRule.Action.allCases.map(\.rawValue))
      warnings.append(
        PolicyWarning(
          at: value,
          "DLP rule `\(id)`: `\(name)` is no action, so it only detects\(meant.map { "; `\($0)` was meant?" } ?? "")"))
    }
    let (name, nameFault) = Self.name(value["name"] ?? value["id"], id: value["id"])
    let category = value["category"].map { $0.string ?? "" } ?? "pii"
    var rule = DetectionRule(
      id: id, name: name, pattern: pattern, category: category,
      action: value["action"]?.string.flatMap(DetectionRule.Action.init) ?? .detect,
      needsContext: value["context_required"]?.isTruthy ?? false)
    if let action = value["action"] { rule.hasUnknownAction = rule.action == .detect && !action.isString("detect") }
    rule.maskFault = Self.idFault(value["id"], isShown: rule.action == .mask)
    rule.recordFault = nameFault ?? rule.maskFault
    if let fault = rule.fault ?? rule.recordFault {
      warnings.append(
        PolicyWarning(at: value, "DLP rule `\(id)`: \(fault); a call that it matches is denied"))
    }
    switch Scanner.validity(of: rule) {
    case .invalid(let problem):
      warnings.append(
        PolicyWarning(at: value, "DLP rule `\(id)` is left out: its pattern is not valid: \(problem)"))
      return rules.append(rule)
    case .unsupported(let problem):
      warnings.append(
        PolicyWarning(
          at: value, "DLP rule `\(id)` can't be run here, so every call is denied: \(problem)"))
    case .valid:
      break
    }
    readKeywords(value["context_keywords"], into: &rule)
    if rule.needsContext, rule.contextKeywords.isEmpty {
      warnings.append(
        PolicyWarning(at: value, "DLP rule `\(id)` finds nothing: it has `context_required`, and no `context_keywords`")
      )
    }
    if Scanner.matchesEmptyText(rule) {
      warnings.append(
        PolicyWarning(
          at: value, "DLP rule `\(id)`: its pattern matches an empty text, which every text holds and nothing masks"))
    }
    rules.append(rule)
  }

  /// A non-empty list of scopes must name `sdk`.
  private static func isInScope(_ rule: PolicyValue) -> Bool {
    guard case .list(let scopes)? = rule["scopes"]?.content, !scopes.isEmpty else { return true }
    return scopes.contains { $0.isString("sdk") }
  }

  private static func id(_ value: PolicyValue?) -> String {
    guard let value, value.isTruthy else { return "" }
    return PythonText.string(value)
  }

  /// Python fails on a name that it can't slice after 128 characters or elements.
  private static func name(_ value: PolicyValue?, id: PolicyValue?) -> (String, fault: String?) {
    guard let value else { return ("unnamed", nil) }
    guard let shown = value.isTruthy ? value : id else { return ("", nil) }
    switch shown.content {
    case .string, .list: return (value.isTruthy ? PythonText.string(value) : "", nil)
    default: return (PythonText.string(value), "neither the name nor the id is a string")
    }
  }

  /// The text of a mask is made from the id.
  private static func idFault(_ value: PolicyValue?, isShown: Bool) -> String? {
    guard isShown, let value, value.isTruthy, value.string == nil else { return nil }
    return "the id is not a string"
  }

  /// Anything that Python can iterate over counts: a list, the characters of a string, the keys of a mapping.
  private mutating func readKeywords(_ value: PolicyValue?, into rule: inout DetectionRule) {
    let keywords: [PolicyValue]
    switch value?.content {
    case .list(let elements): keywords = elements
    case .mapping(let members): keywords = members.map(\.key)
    case .string(let bytes):
      rule.contextKeywords = String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
        PythonText.lowercased(Array(String($0).utf8)[...])
      }
      return
    case .null, nil: return
    default:
      // The SDK fails on it and continues without the rule.
      rule.pattern = nil
      return
    }
    for keyword in keywords where keyword.isTruthy {
      guard case .string(let bytes) = keyword.content else {
        errors.append(
          .init(
            code: .validation, line: keyword.line, column: keyword.column,
            message: "`context_keywords` must hold only strings, not \(keyword.kindName)"))
        continue
      }
      rule.contextKeywords.append(PythonText.lowercased(bytes[...]))
    }
  }
}
