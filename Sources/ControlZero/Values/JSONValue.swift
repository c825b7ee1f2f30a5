/// A JSON value. No number loses a digit, and strings are compared by their bytes.
public enum JSONValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number without fraction and exponent that fits an `Int64`.
  case integer(Int64)
  /// Any other number that a double holds; one that is not finite is written as null.
  case number(Double)
  /// A number that neither `Int64` nor `Double` holds with all its digits, such as 18446744073709551615.
  case exact(ExactNumber)
  /// A text, decoded.
  case string(String)
  /// Values in their order.
  case array([JSONValue])
  /// Values by names, in their order.
  case object(JSONObject)
}

extension JSONValue {
  /// Whether the value is `null`. This and the following properties are false or nil for other kinds.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// `true` or `false`; no number counts as one.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// A whole number that fits, and was written without fraction and exponent.
  public var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The nearest double of any kind of number: whole numbers beyond 2^53 may lose digits here.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .exact(let value): value.nearest
    default: nil
    }
  }

  /// A text; nil for a number.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The elements of an array.
  public var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// An object, with its members in their order.
  public var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The member of an object; nil if there is none, or if the value is not an object.
  public subscript(_ name: String) -> JSONValue? { object?[name] }

  /// The element of an array; nil if there is none, or if the value is not an array.
  public subscript(_ index: Int) -> JSONValue? {
    guard let array, array.indices.contains(index) else { return nil }
    return array[index]
  }

  /// The texts of an MCP tool's result, one block per line; nil for a value without such content.
  public var contentText: String? {
    guard let blocks = self["content"]?.array else { return nil }
    return blocks.compactMap { $0["text"]?.string }.joined(separator: "\n")
  }
}

extension JSONValue: Hashable {
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.exact(let left), .exact(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .integer(let value): hasher.combine(value)
    case .number(let value): hasher.combine(value)
    case .exact(let value): hasher.combine(value)
    case .string(let value): for byte in value.utf8 { hasher.combine(byte) }
    case .array(let values): hasher.combine(values)
    case .object(let object): hasher.combine(object)
    }
  }
}

// MARK: Literals

extension JSONValue: ExpressibleByNilLiteral {
  public init(nilLiteral: ()) { self = .null }
}

extension JSONValue: ExpressibleByBooleanLiteral {
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONValue: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int64) { self = .integer(value) }
}

extension JSONValue: ExpressibleByFloatLiteral {
  public init(floatLiteral value: Double) { self = .number(value) }
}

extension JSONValue: ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.map { (name: $0.0, value: $0.1) }))
  }
}
