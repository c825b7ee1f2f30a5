import Python
public import Wire

/// Makes a bundle's payload from a local policy: a policy in the form that a Control Zero service gives it (1.13.16),
/// which decides as the file does. Only the names that decisions give to rules differ: `rule-<position>`.
///
/// Anything that a bundle can't express is refused.
public struct HostedPayload {
  /// What the policy is called in the payload.
  public struct Name: Sendable {
    public let id: String
    public let name: String

    public init(id: String, name: String) {
      self.id = id
      self.name = name
    }
  }

  private let fileName: String
  private let local: Policy
  private let root: PolicyValue
  private var errors: [PolicyError.Diagnostic] = []
  private var writer = JSONWriter()

  /// - Parameter writeIdentity: writes the members about bundle and project: `bundle_id`, `project_id`, `expires_at` …
  /// - Throws: every error in the file, or everything that a bundle can't express.
  public static func make(
    local bytes: [UInt8], format: PolicyFormat, fileName: String, name: Name,
    writeIdentity: (inout JSONWriter) -> Void
  ) throws(PolicyError) -> [UInt8] {
    let policy = try Policy.load(local: bytes, format: format, fileName: fileName)
    let root =
      switch format {
      case .yaml: try YAMLReader.read(bytes, fileName: fileName).root
      case .json: try JSONPolicyReader.read(bytes, fileName: fileName).root
      }
    var payload = HostedPayload(fileName: fileName, local: policy, root: root)
    return try payload.make(name, writeIdentity)
  }

  private init(fileName: String, local: Policy, root: PolicyValue) {
    self.fileName = fileName
    self.local = local
    self.root = root
  }

  private mutating func make(
    _ name: Name, _ writeIdentity: (inout JSONWriter) -> Void
  ) throws(PolicyError) -> [UInt8] {
    if local.dialect != nil {
      throw PolicyError(
        .validation,
        "a bundle can't hold `dialect: \(LocalPolicyLoader.dialectName)`: hosted policies have the SDK's language only; "
          + "take it out with all that needs it, or give the file itself to `czproxy run --policy`",
        fileName: fileName, line: root["dialect"]?.line)
    }
    if let status = root["settings"]?["enforcement_status"], !status.isNull, !status.isString("enforcing") {
      error("a bundle can't hold `enforcement_status`: whoever reads it finds that out", at: status)
    }
    writer.beginObject()
    writeIdentity(&writer)
    writeSettings()
    writer.beginArray("policies")
    writePolicy(name)
    writer.endArray()
    if let rules = root["dlp_rules"], case .list(let elements) = rules.content, !elements.isEmpty {
      writer.key("dlp_rules")
      write(rules)
    }
    writer.endObject()
    guard errors.isEmpty else { throw PolicyError(fileName: fileName, diagnostics: errors) }
    try check(writer.bytes)
    return writer.bytes
  }

  // MARK: Parts

  private mutating func writeSettings() {
    let settings = local.settings
    writer.string("default_action", settings.defaultAction.rawValue)
    writer.string("default_on_missing", settings.defaultOnMissing.rawValue)
    writer.string("default_on_empty", settings.defaultOnEmpty.rawValue)
    writer.string("default_on_tamper", settings.defaultOnTamper.rawValue)
  }

  private mutating func writePolicy(_ name: Name) {
    writer.beginObject()
    writer.string("id", name.id)
    writer.string("name", name.name)
    writer.integer("version", 1)
    writer.boolean("is_enabled", true)
    writer.integer("priority", 100)
    writer.beginArray("rules")
    if case .list(let values)? = root["rules"]?.content {
      for (rule, value) in zip(local.rules, values) { write(rule, value) }
    }
    writer.endArray()
    writer.endObject()
  }

  private mutating func write(_ rule: Rule, _ value: PolicyValue) {
    if rule.actions.isEmpty {
      error("rule `\(rule.policyID)` has no pattern; in a bundle it would be for every call", at: value)
    }
    if rule.isObserveMode { error("rule `\(rule.policyID)` has the name of a rule that the proxy makes", at: value) }
    // A name by position would say nothing, and would change whenever a rule is inserted before this one.
    let hasName = value["name"] != nil || value["id"]?.isTruthy == true
    writer.beginObject()
    if hasName {
      writer.key("id")
      write(Array(rule.policyID.utf8), at: value)
    }
    writer.string("effect", rule.effect.rawValue)
    writer.beginArray("actions")
    for action in rule.actions { write(action.canonical, at: value) }
    writer.endArray()
    // Decisions give the rule's name if it has no reason; a bundle loses the name.
    if hasName || value["reason"] != nil {
      writer.key("reason")
      write(Array(rule.reason.utf8), at: value)
    }
    // The default code need not be written.
    if rule.reasonCode != "RULE_MATCH" {
      writer.key("reason_code")
      write(Array(rule.reasonCode.utf8), at: value)
    }
    writeTexts("resources", ["resources", "resource"], of: value)
    writeTexts("clients", ["clients"], of: value)
    writeTexts("projects", ["projects"], of: value)
    if let conditions = ["when", "conditions"].lazy.compactMap({ value[$0] }).first(where: \.isTruthy) {
      writer.key("conditions")
      write(conditions)
    }
    if rule.escalatesOnDeny {
      writer.boolean("escalate_on_deny", true)
    }
    if let reasons = value["reason_localized"], reasons.isTruthy {
      writer.key("reason_localized")
      write(reasons)
    }
    writer.endObject()
  }

  /// A hosted rule must have a list where a local one may have a single string.
  private mutating func writeTexts(_ name: StaticString, _ keys: [String], of rule: PolicyValue) {
    guard let value = keys.lazy.compactMap({ rule[$0] }).first(where: \.isTruthy) else { return }
    writer.key(name)
    if case .list = value.content { return write(value) }
    writer.beginArray()
    write(value)
    writer.endArray()
  }

  // MARK: Values

  /// Recursion is bounded by ``PolicyLimits/maxDepth``.
  private mutating func write(_ value: PolicyValue) {
    switch value.content {
    case .null: writer.null()
    case .boolean(let value): writer.boolean(value)
    case .integer(let digits): writer.raw(digits.utf8)
    case .number(let number): write(number)
    case .string(let bytes): write(bytes, at: value)
    case .timestamp(let text):
      error("a bundle can't hold the date \(text): put it in quotes", at: value)
      writer.null()
    case .list(let elements):
      writer.beginArray()
      for element in elements { write(element) }
      writer.endArray()
    case .mapping(let members):
      writer.beginObject()
      for member in members {
        guard case .string(let key) = member.key.content else {
          error("a bundle can't hold a key that is \(member.key.kindName): put it in quotes", at: member.key)
          continue
        }
        checkText(key, at: member.key)
        writer.key(bytes: key)
        write(member.value)
      }
      writer.endObject()
    }
  }

  /// Like Python's `json.dumps`: a `float` stays a `float`.
  private mutating func write(_ number: Double) {
    let text = number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : nil
    writer.raw((text ?? PythonText.number(number)).utf8)
  }

  private mutating func write(_ text: [UInt8], at place: PolicyValue) {
    checkText(text, at: place)
    writer.string(bytes: text)
  }

  private mutating func checkText(_ text: [UInt8], at place: PolicyValue) {
    if String(validating: text, as: UTF8.self) == nil {
      error("a bundle can't hold half of a surrogate pair", at: place)
    }
  }

  private mutating func error(_ message: String, at value: PolicyValue) {
    errors.append(.init(code: .validation, line: value.line, column: value.column, message: message))
  }

  // MARK: The proof

  /// Loads the payload that was made, and compares it with the file rule by rule.
  private func check(_ bytes: [UInt8]) throws(PolicyError) {
    let hosted = try Policy.load(hosted: bytes, fileName: "the payload made of \(fileName)")
    var isSame = hosted.settings == local.settings && hosted.rules.count == local.rules.count
    for (made, meant) in zip(hosted.rules, local.rules) {
      isSame =
        isSame && made.effect == meant.effect && made.actions.map(\.canonical) == meant.actions.map(\.canonical)
        && made.reasonCode == meant.reasonCode && made.gate == meant.gate
        && made.resources.count == meant.resources.count && made.clients.count == meant.clients.count
        && made.projects.count == meant.projects.count
        && made.conditions.map(\.name) == meant.conditions.map(\.name)
        && made.escalatesOnDeny == meant.escalatesOnDeny
    }
    guard isSame else {
      throw PolicyError(.validation, "the payload would not decide as the file does", fileName: fileName)
    }
  }
}
