/// Finds what is allowed in a condition and probably not meant: mostly it then holds for nothing, so that a rule which
/// denies never does.
enum ConditionHints {
  private static let members = ["op", "value", "case_insensitive", "relative_to"]

  /// - Parameter value: what the condition was made of.
  static func hints(for condition: Condition, _ value: PolicyValue, isOurDialect: Bool) -> [String] {
    let key = Array(condition.name.utf8)
    let name = "`\(condition.name)`"
    var hints: [String] = []
    if !isOurDialect, ArgumentPath(key) != nil {
      hints.append(
        "\(name) is an argument of just that name; a place within the arguments needs "
          + "`dialect: \(LocalPolicyLoader.dialectName)` at the root of the file")
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
    default: break
    }
    return hints
  }

  private static func hints(
    for operation: ConditionReader.Operation, in value: PolicyValue, _ test: ValueTest, _ name: String
  ) -> [String] {
    if case .mapping(let found) = value.content {
      let unknown = UnknownKeys.warnings(in: found, known: members, of: name).map(\.message)
      if !unknown.isEmpty { return unknown }
    }
    guard !test.isOfPresence else { return [] }
    let asked = operation.name.string ?? ""
    if value["value"] == nil { return ["\(name): `\(asked)` has no `value`"] }
    // Of an expression the reason is told already.
    return test.isNever && !asked.hasPrefix("matches") ? ["\(name): nothing satisfies `\(asked)` with this value"] : []
  }
}
