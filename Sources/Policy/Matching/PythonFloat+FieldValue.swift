import Python

extension PythonFloat {
  /// The number that a JSON value stands for in a numeric comparison.
  static func value(of value: FieldValue) -> Value {
    switch value {
    case .text(let text): parse(text).map(Value.finite) ?? .none
    case .node(let document, let node): self.value(of: node, in: document)
    }
  }
}
