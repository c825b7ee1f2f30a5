import Python
import Wire

/// Reads a rule of a payload where it stands, if it is written as services write them; bundles hold very many of those.
///
/// What is read so is the same rule that ``HostedRule`` and ``RuleReader`` make of it, without a tree of values between.
struct OrdinaryRule {
  private var effect: Effect?
  private var actions: JSONDocument.Node?
  private var reason: JSONDocument.Node?
  private var reasonCode: JSONDocument.Node?
  private var conditions: JSONDocument.Node?

  /// Nil for a rule that is written in another way, that can't be used, or of which there is something to say.
  ///
  /// - Parameters:
  ///   - index: of the rule among all, from 0.
  ///   - defaultReason: of a rule without one.
  static func read(
    _ node: JSONDocument.Node, in document: JSONDocument, _ lines: LineIndex, index: Int, defaultReason: String
  ) -> Rule? {
    guard let parts = OrdinaryRule(node, in: document), let effect = parts.effect,
      let actions = parts.patterns(in: document), let conditions = parts.conditions(in: document, lines)
    else { return nil }
    func text(_ node: JSONDocument.Node?) -> String? { node.map { String(decoding: document.text($0), as: UTF8.self) } }
    return Rule(
      effect: effect, actions: actions, conditions: conditions, policyID: "rule-\(index)",
      reason: text(parts.reason) ?? defaultReason, reasonCode: text(parts.reasonCode) ?? "",
      line: lines.place(of: document.range(of: node).lowerBound).line)
  }

  /// Of a repeated key the last one counts, as in Python.
  private init?(_ node: JSONDocument.Node, in document: JSONDocument) {
    for (key, value) in document.members(of: node) {
      let kind = document.kind(of: value)
      switch Key(key, in: document) {
      case .effect:
        effect = HostedRule.words.first { document.text(value).elementsEqual($0.rawValue.utf8) }
      case .actions:
        actions = kind == .array ? value : nil
      case .reason:
        guard kind == .string, !document.text(value).isEmpty else { return nil }
        reason = value
      case .reasonCode:
        guard kind == .string else { return nil }
        reasonCode = value
      case .conditions:
        guard kind == .object else { return nil }
        conditions = value
      case .escalates:
        guard kind == .false else { return nil }
      case .special:
        return nil
      case nil:
        break
      }
    }
  }

  private enum Key {
    case effect, actions, reason, reasonCode, conditions, escalates
    /// What only ``HostedRule`` reads.
    case special

    private static let names: [(StaticString, Key)] = [
      ("effect", .effect), ("actions", .actions), ("reason", .reason), ("reason_code", .reasonCode),
      ("conditions", .conditions), ("escalate_on_deny", .escalates), ("resources", .special), ("resource", .special),
      ("clients", .special), ("projects", .special), ("reason_localized", .special), ("when", .special),
    ]

    /// Nil for what says nothing of a rule's decisions.
    init?(_ node: JSONDocument.Node, in document: JSONDocument) {
      let text = document.text(node)
      guard
        let key = Self.names.first(where: { $0.0.utf8CodeUnitCount == text.count && $0.0.hasBytes(text.span) })?.1
      else { return nil }
      self = key
    }
  }

  private func patterns(in document: JSONDocument) -> [ActionPattern]? {
    guard let actions else { return nil }
    var patterns: [ActionPattern] = []
    patterns.reserveCapacity(document.count(of: actions))
    for element in document.elements(of: actions) {
      guard let text = document.string(element), !text.isEmpty, !RuleHints.namesServers(text) else { return nil }
      patterns.append(ActionPattern(text))
    }
    return patterns.isEmpty ? nil : patterns
  }

  private func conditions(in document: JSONDocument, _ lines: LineIndex) -> [Condition]? {
    guard let conditions else { return [] }
    let members = document.uniqueMembers(of: conditions)
    var result: [Condition] = []
    result.reserveCapacity(members.count)
    for (key, value) in members {
      guard let condition = condition(document.text(key), value, in: document, lines) else { return nil }
      result.append(condition)
    }
    return result
  }

  private func condition(
    _ text: ArraySlice<UInt8>, _ node: JSONDocument.Node, in document: JSONDocument, _ lines: LineIndex
  ) -> Condition? {
    let key = Array(text)
    let name = String(decoding: key, as: UTF8.self)
    if let pattern = document.string(node) {
      return Condition(name: name, field: .key(key), test: ConditionReader.test(key: key, pattern: pattern))
    }
    guard !ConditionReader.isReserved(key), let operation = operation(node, in: document, lines) else { return nil }
    var hints: [String] = []
    guard let test = try? ConditionReader.test(operation, name, isOurDialect: false, &hints), hints.isEmpty else {
      return nil
    }
    return Condition(name: name, field: .key(key), test: test)
  }

  private func operation(
    _ node: JSONDocument.Node, in document: JSONDocument, _ lines: LineIndex
  ) -> ConditionReader.Operation? {
    var name: PolicyValue?
    var operand: PolicyValue?
    for (key, value) in document.members(of: node) {
      if document.string(key, equals: "op") {
        name = JSONPolicyReader.value(of: value, in: document, lines)
      } else if document.string(key, equals: "value") {
        operand = JSONPolicyReader.value(of: value, in: document, lines)
      } else {
        return nil
      }
    }
    guard let name, let operand, case .string = name.content else { return nil }
    return ConditionReader.Operation(name: name, operand: operand, folds: false)
  }
}
