import Python

/// Finds conditions that are permitted but probably not meant. Most of them never hold, so a rule that denies never
/// applies.
enum ConditionHints {
  private static let members = ["op", "value", "case_insensitive", "relative_to"]

  /// - Parameter value: what the condition was read from.
  static func hints(for condition: Condition, _ value: PolicyValue, isOurDialect: Bool) -> [String] {
    let key = Array(condition.name.utf8)
    let name = "`\(condition.name)`"
    var hints: [String] = []
    if !isOurDialect, ArgumentPath(key) != nil {
      hints.append(
        "\(name) is an argument of just that name; a place within the arguments needs "
          + "`dialect: \(LocalPolicyLoader.dialectName)` at the root of the file")
    }
    if isOurDialect, let place = place(meantBy: condition) {
      hints.append("\(name) is a key of just that name; `\(place)` was meant?")
    }
    guard !ConditionReader.isReserved(key.span) else { return hints }
    if let operation = ConditionReader.Operation(value) {
      return hints + self.hints(for: operation, in: value, condition.test, name)
    }
    switch value.content {
    case .mapping:
      hints.append("\(name): a mapping without `op` is compared as a text; `{op: …, value: …}` was meant?")
    case .list:
      hints.append("\(name): a list is compared as one text, not element by element; `{op: in, value: …}` was meant?")
    default:
      if isBoolean(value) { hints.append(ofBoolean(name, value)) }
      if value.isReread { hints.append(ofReread(name, value)) }
    }
    return hints
  }

  private static func ofReread(_ name: String, _ value: PolicyValue) -> String {
    "\(name): YAML reads `\(PythonText.string(value))` here; in quotes it is the text that is written"
  }

  /// Our notation for a place within the arguments that is written as in other languages.
  private static func place(meantBy condition: Condition) -> String? {
    switch condition.field {
    case .key:
      return ["arg.", "arguments."].lazy.filter { condition.name.hasPrefix($0) }.first.map {
        "args." + condition.name.dropFirst($0.count)
      }
    case .path(let path):
      guard path.steps.contains(.member([UInt8(ascii: "*")])) else { return nil }
      return condition.name.split(separator: ".").reduce("") { place, part in
        part == "*" ? place + "[*]" : place.isEmpty ? String(part) : place + "." + part
      }
    }
  }

  /// Whether the value is a string that spells a boolean of JSON and YAML.
  private static func isBoolean(_ value: PolicyValue) -> Bool { value.isString("true") || value.isString("false") }

  private static func ofBoolean(_ name: String, _ value: PolicyValue) -> String {
    let text = value.string ?? ""
    return "\(name): the text `\(text)` is not the boolean, which is `\(text)` without quotes"
  }

  private static func hints(
    for operation: ConditionReader.Operation, in value: PolicyValue, _ test: ValueTest, _ name: String
  ) -> [String] {
    if case .mapping(let found) = value.content {
      let unknown = UnknownKeys.warnings(in: found, known: members, of: name).map(\.message)
      if !unknown.isEmpty { return unknown }
    }
    let asked = operation.name.string ?? ""
    let operands = operation.operand.elements ?? [operation.operand]
    if let reread = operands.first(where: \.isReread) { return [ofReread(name, reread)] }
    if test.isOfPresence {
      guard let value = value["value"], !value.isNull, !value.isTruthy || value.isString("false") else { return [] }
      let other = asked == "exists" ? "not_exists" : "exists"
      return ["\(name): `\(asked)` asks for no value, and means the same with any; `\(other)` was meant?"]
    }
    guard let operand = value["value"] else { return ["\(name): `\(asked)` has no `value`"] }
    // For an expression, the reason is already reported.
    if test.isNever {
      return asked.hasPrefix("matches") ? [] : ["\(name): nothing satisfies `\(asked)` with this value"]
    }
    return test.isOfText ? hints(for: test, operand, asked, folds: operation.folds, name) : []
  }

  private static func hints(
    for test: ValueTest, _ operand: PolicyValue, _ asked: String, folds: Bool, _ name: String
  ) -> [String] {
    let elements: [PolicyValue]
    switch (test, operand.content) {
    case (.list, .list(let list)): elements = list
    case (_, .list): return ["\(name): to `\(asked)` a list is compared as one text; `{op: in, value: …}` was meant?"]
    default: elements = [operand]
    }
    if !folds, let boolean = elements.first(where: isBoolean) { return [ofBoolean(name, boolean)] }
    let isExact =
      switch test {
      case .equals, .list: true
      default: false
      }
    guard isExact, elements.contains(where: endsInWildcard) else { return [] }
    return ["\(name): to `\(asked)` a `*` is a character like any other; `glob` was meant?"]
  }

  private static func endsInWildcard(_ value: PolicyValue) -> Bool {
    guard case .string(let text) = value.content else { return false }
    return text.count > 1 && (text.first == UInt8(ascii: "*") || text.last == UInt8(ascii: "*"))
  }
}
