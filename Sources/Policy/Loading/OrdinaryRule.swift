import Python
import Wire

/// A rule of a payload in the form that services write, at its place in the payload; bundles hold very many of them.
///
/// It says the same as what ``HostedRule`` and ``RuleReader`` read, without a tree of values in between. Such a rule is
/// recognized without building anything.
struct OrdinaryRule {
  /// A list of at least one ``WrittenPattern``.
  let actions: JSONDocument.Node
  private let effect: Effect
  private let reason: JSONDocument.Node?
  private let reasonCode: JSONDocument.Node?
  private let conditions: JSONDocument.Node?

  /// Nil for a rule that is written in another form, can't be used, or needs a warning.
  init?(_ node: JSONDocument.Node, in document: JSONDocument) {
    let bytes = document.bytes
    let text = bytes.span
    var effect: Effect?
    var actions: JSONDocument.Node?
    var reason: JSONDocument.Node?
    var reasonCode: JSONDocument.Node?
    var conditions: JSONDocument.Node?
    // Of a repeated key, the last value counts, as in Python.
    for (key, value) in document.members(of: node) {
      guard !document.isEscaped(key) else { return nil }
      let kind = document.kind(of: value)
      switch Key(text.extracting(document.content(of: key))) {
      case .effect:
        effect = HostedRule.words.first { word in
          let word = word.rawValue.utf8
          return document.string(value, equals: word.span)
        }
      case .actions: actions = kind == .array ? value : nil
      case .reason:
        guard kind == .string, !document.content(of: value).isEmpty else { return nil }
        reason = value
      case .reasonCode:
        guard kind == .string else { return nil }
        reasonCode = value
      case .conditions:
        guard kind == .object, Self.areOrdinary(conditions: value, in: document, text) else { return nil }
        conditions = value
      case .escalates:
        guard kind == .false else { return nil }
      case .special:
        return nil
      case nil:
        break
      }
    }
    guard let effect, let actions, document.count(of: actions) > 0,
      document.elements(of: actions).allSatisfy({ element in
        document.kind(of: element) == .string && !document.isEscaped(element)
          && WrittenPattern.isOne(text.extracting(document.content(of: element)))
      })
    else { return nil }
    self.actions = actions
    self.effect = effect
    self.reason = reason
    self.reasonCode = reasonCode
    self.conditions = conditions
  }

  /// The rule, ready to match.
  ///
  /// - Parameters:
  ///   - index: the rule's number among all, from 0.
  ///   - defaultReason: the reason of a rule without one.
  func rule(
    of node: JSONDocument.Node, in document: JSONDocument, _ lines: LineIndex, index: Int, defaultReason: String
  ) -> Rule? {
    guard let conditions = made(conditions, in: document, lines) else { return nil }
    let place = lines.place(of: document.range(of: node).lowerBound)
    func text(_ node: JSONDocument.Node?) -> String? { node.map { String(decoding: document.text($0), as: UTF8.self) } }
    return Rule(
      effect: effect, actions: document.elements(of: actions).map { ActionPattern(Array(document.text($0))) },
      conditions: conditions, policyID: "rule-\(index)", reason: text(reason) ?? defaultReason,
      reasonCode: text(reasonCode) ?? "", line: place.line, column: place.column)
  }

  // MARK: The ordinary form

  private enum Key {
    case effect, actions, reason, reasonCode, conditions, escalates
    /// A key that only ``HostedRule`` reads.
    case special

    /// Nil for a key that does not affect a rule's decisions.
    init?(_ text: Span<UInt8>) {
      func `is`(_ name: StaticString) -> Bool { name.hasBytes(text) }
      switch text.count {
      case 4 where `is`("when"): self = .special
      case 6 where `is`("effect"): self = .effect
      case 6 where `is`("reason"): self = .reason
      case 7 where `is`("actions"): self = .actions
      case 7 where `is`("clients"): self = .special
      case 8 where `is`("resource") || `is`("projects"): self = .special
      case 9 where `is`("resources"): self = .special
      case 10 where `is`("conditions"): self = .conditions
      case 11 where `is`("reason_code"): self = .reasonCode
      case 16 where `is`("escalate_on_deny"): self = .escalates
      case 16 where `is`("reason_localized"): self = .special
      default: return nil
      }
    }
  }

  private static func areOrdinary(
    conditions: JSONDocument.Node, in document: JSONDocument, _ text: Span<UInt8>
  ) -> Bool {
    for (key, value) in document.members(of: conditions) {
      switch document.kind(of: value) {
      case .string: break
      case .object:
        guard !document.isEscaped(key), !ConditionReader.isReserved(text.extracting(document.content(of: key))),
          isOrdinary(operation: value, in: document)
        else { return false }
      default: return false
      }
    }
    return true
  }

  /// Operators that accept any operand.
  private static let operators: [StaticString] = [
    "glob", "equals", "contains", "in", "not_in", "exists", "not_exists", "gt", "greater_than", "gte",
    "greater_than_or_equal", "lt", "less_than", "lte", "less_than_or_equal", "in_range", "outside_range",
  ]

  /// Whether the object has an operator and its operand, in either order, and nothing else.
  private static func isOrdinary(operation: JSONDocument.Node, in document: JSONDocument) -> Bool {
    guard document.count(of: operation) == 2 else { return false }
    var hasOperator = false
    var hasOperand = false
    for (key, value) in document.members(of: operation) {
      if document.string(key, equals: "value") {
        hasOperand = true
      } else if document.string(key, equals: "op") {
        hasOperator = operators.contains { document.string(value, equals: $0) }
      }
    }
    return hasOperator && hasOperand
  }

  // MARK: Conditions

  private func made(
    _ conditions: JSONDocument.Node?, in document: JSONDocument, _ lines: LineIndex
  ) -> [Condition]? {
    guard let conditions else { return [] }
    var result: [Condition] = []
    for (key, value) in document.uniqueMembers(of: conditions) {
      let key = Array(document.text(key))
      let name = String(decoding: key, as: UTF8.self)
      var hints: [String] = []
      let test =
        if let pattern = document.string(value) {
          ConditionReader.test(key: key, pattern: pattern)
        } else {
          ConditionReader.Operation(JSONPolicyReader.value(of: value, in: document, lines)).flatMap {
            try? ConditionReader.test($0, name, isOurDialect: false, &hints)
          }
        }
      guard let test, hints.isEmpty else { return nil }
      result.append(Condition(name: name, field: .key(key), test: test))
    }
    return result
  }
}
