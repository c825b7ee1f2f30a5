/// The id of a request (JSON-RPC 2.0, section 4; MCP: a string or an integer, never null).
///
/// Two ids are equal when they have the same type and the same value: `1` is not `"1"`, and `"a"` is `"\u0061"`.
public struct RequestID: Hashable, Sendable {
  /// The value that ids are compared by.
  public enum Value: Hashable, Sendable {
    /// Within ±(2^53 − 1), where every reader agrees.
    case integer(Int64)
    /// The unescaped bytes.
    case string([UInt8])
  }

  public let value: Value

  /// The id as its sender wrote it: what an answer must carry.
  public let json: [UInt8]

  /// Reads an id; nil if it is not one that every reader understands alike.
  public init?(_ node: JSONDocument.Node, in document: JSONDocument) {
    json = Array(document.raw(node))
    switch document.kind(of: node) {
    case .string:
      guard let bytes = document.string(node) else { return nil }
      value = .string(bytes)
    case .integer:
      // Some peers write minus zero back as zero, others as minus zero.
      guard let integer = Self.integer(json), json != [UInt8(ascii: "-"), UInt8(ascii: "0")] else { return nil }
      value = .integer(integer)
    default:
      return nil
    }
  }

  /// The number that it is, or that its text is as such an id is written: of 5 and of "5", but not of "05".
  public var number: Int64? {
    switch value {
    case .integer(let integer): return integer
    case .string(let digits):
      guard let integer = Int64(String(decoding: digits, as: UTF8.self)), digits.elementsEqual(String(integer).utf8),
        integer.magnitude <= UInt64(Self.greatestInteger)
      else { return nil }
      return integer
    }
  }

  /// The same number in the other type, "5" for 5 and 5 for "5".
  public var inOtherType: RequestID? {
    number.map { number in
      let digits = Array(String(number).utf8)
      let quote = [UInt8(ascii: "\"")]
      return switch value {
      case .integer: RequestID(value: .string(digits), json: quote + digits + quote)
      case .string: RequestID(value: .integer(number), json: digits)
      }
    }
  }

  private init(value: Value, json: [UInt8]) {
    self.value = value
    self.json = json
  }

  public init(integer: Int32) {
    value = .integer(Int64(integer))
    json = Array(String(integer).utf8)
  }

  private static let greatestInteger: Int64 = 1 << 53 - 1

  private static func integer(_ digits: [UInt8]) -> Int64? {
    guard digits.count <= 17 else { return nil }
    var magnitude: Int64 = 0
    var isNegative = false
    for digit in digits {
      if digit == UInt8(ascii: "-") {
        isNegative = true
      } else {
        magnitude = magnitude * 10 + Int64(digit - UInt8(ascii: "0"))
      }
    }
    return magnitude <= greatestInteger ? (isNegative ? -magnitude : magnitude) : nil
  }

  public static func == (first: RequestID, second: RequestID) -> Bool { first.value == second.value }

  public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
