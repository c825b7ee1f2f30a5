/// Finds what is allowed in a condition and probably not meant: mostly it then holds for nothing, so that a rule which
/// denies never does.
enum ConditionHints {
  private static let members = ["op", "value", "case_insensitive", "relative_to"]

  /// - Parameter value: of a condition without an operator.
  static func hint(forPlain value: PolicyValue, _ name: String) -> String? {
    switch value.content {
    case .mapping:
      "`\(name)`: a mapping without `op` is compared as a text, which no argument is; `{op: …, value: …}` was meant?"
    case .list:
      "`\(name)`: a list is compared as one text, not element by element; `{op: in, value: …}` was meant?"
    default: nil
    }
  }

  /// - Parameters:
  ///   - operation: what it asks by, in the mapping `value`.
  ///   - test: what was made of it.
  static func hints(
    for operation: ConditionReader.Operation, in value: PolicyValue, _ test: ValueTest, _ name: String
  ) -> [String] {
    if case .mapping(let found) = value.content {
      let unknown = UnknownKeys.warnings(in: found, known: members, of: "`\(name)`").map(\.message)
      if !unknown.isEmpty { return unknown }
    }
    guard !test.isOfPresence else { return [] }
    let asked = operation.name.string ?? ""
    if value["value"] == nil { return ["`\(name)`: `\(asked)` has no `value`"] }
    return test.isNever ? ["`\(name)`: nothing satisfies `\(asked)` with this value"] : []
  }
}
