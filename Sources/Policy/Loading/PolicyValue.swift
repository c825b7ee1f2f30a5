/// A value of a policy file, YAML or JSON, with its position.
struct PolicyValue: Sendable {
  enum Content: Sendable {
    case null
    case boolean(Bool)
    /// Decimal digits, with a minus sign if negative: as Python's `str` writes an `int` of any size.
    case integer(String)
    case number(Double)
    /// A YAML date or time, which is not a string, as Python writes it.
    case timestamp(String)
    case string([UInt8])
    case list([PolicyValue])
    /// In the order of the file; a repeated key keeps its first place and takes its last value, as in Python.
    case mapping([Member])
  }

  struct Member: Sendable {
    let key: PolicyValue
    var value: PolicyValue
  }

  var content: Content
  /// Counted from 1.
  let line: Int
  let column: Int
  /// The number of values: this one and all within it.
  var size = 1
  /// Whether YAML makes something else of it than a person reads: of `no` a boolean, of `12:30` the number 750.
  var isReread = false

  /// The value of a member by its key; nil if it is absent or this is not a mapping.
  subscript(key: String) -> PolicyValue? {
    guard case .mapping(let members) = content else { return nil }
    return members.first { $0.key.isString(key) }?.value
  }

  func isString(_ text: String) -> Bool {
    guard case .string(let bytes) = content else { return false }
    return bytes.count == text.utf8.count && bytes.elementsEqual(text.utf8)
  }

  var string: String? {
    guard case .string(let bytes) = content else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Nil if this is not a list.
  var elements: [PolicyValue]? { if case .list(let elements) = content { elements } else { nil } }

  var isNull: Bool {
    if case .null = content { return true }
    return false
  }

  /// Python's truth value.
  var isTruthy: Bool {
    switch content {
    case .null: false
    case .boolean(let value): value
    case .integer(let digits): digits != "0" && digits != "-0"
    case .number(let value): value != 0
    case .timestamp: true
    case .string(let bytes): !bytes.isEmpty
    case .list(let elements): !elements.isEmpty
    case .mapping(let members): !members.isEmpty
    }
  }

  /// What kind of value this is, in the words of a person who writes YAML.
  var kindName: String {
    switch content {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer, .number: "a number"
    case .timestamp: "a date"
    case .string: "a string"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }
}
