import Python

extension PythonText {
  /// `str(value)` of a scalar; lists and mappings as `repr` writes them.
  static func string(_ value: PolicyValue) -> String {
    if case .string(let bytes) = value.content { return String(decoding: bytes, as: UTF8.self) }
    return representation(value)
  }

  /// `repr(value)`.
  static func representation(_ value: PolicyValue) -> String {
    switch value.content {
    case .null: "None"
    case .boolean(let value): value ? "True" : "False"
    case .integer(let digits): digits
    case .number(let value): number(value)
    case .timestamp(let text): text
    case .string(let bytes): quoted(String(decoding: bytes, as: UTF8.self))
    case .list(let elements): "[" + elements.map(representation).joined(separator: ", ") + "]"
    case .mapping(let members):
      "{" + members.map { representation($0.key) + ": " + representation($0.value) }.joined(separator: ", ") + "}"
    }
  }
}
