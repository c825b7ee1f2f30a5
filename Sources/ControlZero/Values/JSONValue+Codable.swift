#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension JSONValue: Codable {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// The value that the decoder of ``decode(as:)`` reads, whose numbers have all their digits.
  private static let whole = CodingUserInfoKey(rawValue: "ControlZero.JSONValue")

  /// The part of the value that a path leads to.
  private func part(at path: [any CodingKey]) -> JSONValue? {
    var value = self
    for key in path {
      guard let next = value[key.stringValue] ?? key.intValue.flatMap({ value[$0] }) else { return nil }
      value = next
    }
    return value
  }

  /// Throws for a number that the decoder does not give with all its digits.
  public init(from decoder: any Decoder) throws {
    if let key = Self.whole, let whole = decoder.userInfo[key] as? JSONValue,
      let value = whole.part(at: decoder.codingPath)
    {
      self = value
      return
    }
    if let container = try? decoder.container(keyedBy: Name.self) {
      self = .object(
        JSONObject(
          distinct: try container.allKeys.map { ($0.stringValue, try container.decode(JSONValue.self, forKey: $0)) }))
      return
    }
    if var container = try? decoder.unkeyedContainer() {
      var values: [JSONValue] = []
      while !container.isAtEnd { values.append(try container.decode(JSONValue.self)) }
      self = .array(values)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = try ExactNumber(beyond: value, in: container).map { .exact($0) } ?? .number(value)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  /// Throws for a number that the encoder does not take with all its digits.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let object):
      var container = encoder.container(keyedBy: Name.self)
      for (name, value) in object.members { try container.encode(value, forKey: Name(stringValue: name)) }
    case .array(let values):
      var container = encoder.unkeyedContainer()
      for value in values { try container.encode(value) }
    default:
      var container = encoder.singleValueContainer()
      switch self {
      case .bool(let value): try container.encode(value)
      case .integer(let value): try container.encode(value)
      case .number(let value): try container.encode(value)
      case .exact(let value): try value.encode(to: &container)
      case .string(let value): try container.encode(value)
      default: try container.encodeNil()
      }
    }
  }

  /// The JSON that a value is encoded as.
  public init(encoding value: some Encodable) throws {
    try self.init(parsing: try JSONEncoder().encode(value))
  }

  /// Decodes the value as a type of the program's own.
  public func decode<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    if let value = self as? Value { return value }
    let decoder = JSONDecoder()
    if let key = Self.whole { decoder.userInfo[key] = self }
    return try decoder.decode(type, from: Data(json))
  }
}

extension JSONObject {
  /// The object that a value is encoded as; throws if the value is not encoded as an object.
  public init(encoding value: some Encodable) throws {
    guard case .object(let object) = try JSONValue(encoding: value) else {
      throw JSONTextError(description: "\(type(of: value)) is not encoded as an object")
    }
    self = object
  }
}
