import Python
import Wire

/// Translates the rules of a Control Zero service into rules of a local file.
enum HostedRule {
  /// Calls `body` with each rule of a policy, which holds them in a list or as the values of an object.
  static func forEach(
    of policy: JSONDocument.Node, in document: JSONDocument, _ body: (JSONDocument.Node) -> Void
  ) {
    guard let rules = document.member("rules", of: policy) else { return }
    switch document.kind(of: rules) {
    case .array:
      for rule in document.elements(of: rules) where document.kind(of: rule) == .object { body(rule) }
    case .object:
      for member in document.uniqueMembers(of: rules) where document.kind(of: member.value) == .object {
        body(member.value)
      }
    default:
      break
    }
  }

  /// The policies among the elements of `policies` by descending priority, in their order if it is equal; and the
  /// priorities that are not numbers.
  static func sorted(
    _ elements: some Sequence<JSONDocument.Node>, of document: JSONDocument, _ lines: LineIndex
  ) -> (policies: [JSONDocument.Node], unusable: [PolicyValue]) {
    var policies: [(priority: Int, place: Int, node: JSONDocument.Node)] = []
    var unusable: [PolicyValue] = []
    for (place, element) in elements.enumerated() where document.kind(of: element) == .object {
      let value = document.member("priority", of: element).map { JSONPolicyReader.value(of: $0, in: document, lines) }
      if let priority = priority(value) {
        policies.append((priority, place, element))
      } else if let value {
        unusable.append(value)
      }
    }
    return (policies.sorted { ($1.priority, $0.place) < ($0.priority, $1.place) }.map(\.node), unusable)
  }

  /// Python's `int(value)`, 100 for an absent one, clamped to 64 bits; nil if that is an error.
  static func priority(_ value: PolicyValue?) -> Int? {
    guard let value else { return 100 }
    switch value.content {
    case .boolean(let value): return value ? 1 : 0
    case .integer(let digits): return integer(digits)
    case .number(let number):
      guard number.isFinite else { return nil }
      return number >= 0x1p63 ? .max : number <= -0x1p63 ? .min : Int(number)
    case .string(let bytes): return integer(ofText: bytes)
    default: return nil
    }
  }

  private static func integer(_ digits: String) -> Int {
    Int(digits) ?? (digits.hasPrefix("-") ? .min : .max)
  }

  private static func integer(ofText bytes: [UInt8]) -> Int? {
    // Whatever `int` accepts, `float` accepts too.
    guard PythonFloat.parse(bytes[...]) != nil else { return nil }
    let text = String(decoding: PythonSpace.stripped(bytes[...]), as: UTF8.self).filter { $0 != "_" }
    var digits = ""
    for (place, scalar) in text.unicodeScalars.enumerated() {
      if place == 0, scalar == "-" || scalar == "+" {
        if scalar == "-" { digits = "-" }
      } else if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
        digits += String(Int(value))
      } else {
        return nil
      }
    }
    return integer(digits)
  }

  /// The reason of a rule that has none.
  ///
  /// - Parameter policyID: the `id` of the policy that contains the rule.
  static func defaultReason(policyID: PolicyValue?) -> String { "policy:" + (policyID.map(PythonText.string) ?? "") }

  /// - Throws: for anything that stops the SDK.
  static func translated(_ rule: PolicyValue, policyID: PolicyValue?) throws(RuleReader.Failure) -> PolicyValue {
    var members: [PolicyValue.Member] = []
    func make(_ content: PolicyValue.Content, at place: PolicyValue? = nil) -> PolicyValue {
      PolicyValue(content: content, line: place?.line ?? rule.line, column: place?.column ?? rule.column)
    }
    func add(_ key: String, _ value: PolicyValue) {
      members.append(.init(key: make(.string(Array(key.utf8))), value: value))
    }
    add("effect", make(.string(Array(try effect(of: rule).rawValue.utf8))))
    add("actions", make(.list(try patterns(of: rule).map { make(.string($0)) }), at: rule["actions"]))
    if let reason = rule["reason"], reason.isTruthy {
      add("reason", reason)
    } else {
      add("reason", make(.string(Array(defaultReason(policyID: policyID).utf8))))
    }
    if let resources = [rule["resources"], rule["resource"]].lazy.compactMap({ $0 }).first(where: \.isTruthy) {
      add("resources", resources)
    }
    if let code = rule["reason_code"], case .string = code.content { add("reason_code", code) }
    if let localized = rule["reason_localized"], case .mapping(let reasons) = localized.content, !reasons.isEmpty {
      add("reason_localized", make(.mapping(reasons.filter { $0.value.string != nil }), at: localized))
    }
    for key in ["clients", "projects"] {
      guard let value = rule[key], case .list(let elements) = value.content else { continue }
      let names = elements.filter { if case .string = $0.content { true } else { false } }
      if !names.isEmpty { add(key, make(.list(names), at: value)) }
    }
    for key in ["escalate_on_deny", "conditions", "when"] {
      if let value = rule[key] { add(key, value) }
    }
    return make(.mapping(members))
  }

  /// The effects that a service knows.
  static let words: [Effect] = [.allow, .deny, .warn]

  /// The effect that a value names; nil for any other word.
  private static func effect(_ value: PolicyValue) throws(RuleReader.Failure) -> Effect? {
    switch value.content {
    case .list, .mapping: throw RuleReader.Failure("an effect must be a word, not \(value.kindName)", value)
    default: words.first { value.isString($0.rawValue) }
    }
  }

  private static func effect(of rule: PolicyValue) throws(RuleReader.Failure) -> Effect {
    let written = rule["effect"]
    if let written, written.isTruthy { return try effect(written) ?? .deny }
    // `action` may stand for the effect.
    if let value = rule["action"], let named = try effect(value) { return named }
    // An empty list says nothing, yet it stops the SDK.
    if let written { _ = try effect(written) }
    return .deny
  }

  private static func patterns(of rule: PolicyValue) throws(RuleReader.Failure) -> [[UInt8]] {
    if case .list(let elements)? = rule["actions"]?.content {
      let patterns = elements.compactMap { element -> [UInt8]? in
        guard case .string(let pattern) = element.content, !pattern.isEmpty else { return nil }
        return pattern
      }
      if !patterns.isEmpty { return patterns }
    }
    for key in ["tool", "pattern"] {
      if let value = rule[key], value.isTruthy { return [PythonText.bytes(value)] }
    }
    if let value = rule["action"], value.isTruthy, try effect(value) == nil { return [PythonText.bytes(value)] }
    if let match = rule["match"] {
      for key in ["tool", "action"] {
        if let value = match[key], value.isTruthy { return [PythonText.bytes(value)] }
      }
    }
    return [[UInt8(ascii: "*")]]
  }
}
