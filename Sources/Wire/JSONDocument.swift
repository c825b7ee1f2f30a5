/// A strictly parsed JSON text: its bytes, and an index over them.
///
/// Nothing is decoded until it is asked for and nothing is ever re-encoded: what was judged is what is forwarded.
/// A ``Node`` is only meaningful in the document that gave it.
public struct JSONDocument: Sendable {
  /// The text, shared with the buffer it was read from.
  public let bytes: ArraySlice<UInt8>

  let tape: JSONTape

  /// Whether an object may hold a key twice, which only ``JSONOptions/duplicateKeys`` permits.
  package let mayRepeatKeys: Bool

  /// A value's place in a document.
  public struct Node: Hashable, Sendable {
    let index: Int
  }

  public enum Kind: Sendable, Equatable {
    /// `number` has a fraction or an exponent, `integer` has neither.
    case object, array, string, integer, number, `true`, `false`, null
  }

  /// Parses a whole text; throws the first error in it.
  public init(
    parsing bytes: ArraySlice<UInt8>, options: JSONOptions = .message, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) {
    var scanner = JSONScanner(options: options, limits: limits)
    try scanner.scan(bytes.span)
    self.bytes = bytes
    self.tape = scanner.tape
    mayRepeatKeys = options.contains(.duplicateKeys)
  }

  public var root: Node { Node(index: 0) }

  public func kind(of node: Node) -> Kind {
    switch tape.tag(node.index) {
    case .object, .objectEnd: .object
    case .array, .arrayEnd: .array
    case .string, .escapedString: .string
    case .integer: .integer
    case .number: .number
    case .true: .true
    case .false: .false
    case .null: .null
    }
  }

  /// Offsets of the value's own bytes (a string with its quotes) from the document's first byte.
  public func range(of node: Node) -> Range<Int> {
    let offset = tape.offset(node.index)
    let extent = tape.extent(node.index)
    return switch tape.tag(node.index) {
    case .object, .array: offset..<tape.offset(node.index + extent) + 1
    case .string, .escapedString: offset - 1..<offset + extent + 1
    default: offset..<offset + extent
    }
  }

  /// The value's own bytes as they stand in the text; a string with its quotes.
  public func raw(_ node: Node) -> ArraySlice<UInt8> {
    let range = range(of: node)
    return bytes[bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound]
  }

  /// Members of an object or elements of an array; 0 for a scalar.
  public func count(of node: Node) -> Int {
    switch tape.tag(node.index) {
    case .object, .array: tape.childCount(node.index)
    default: 0
    }
  }

  // MARK: Strings

  /// The unescaped bytes of a string; nil for any other kind.
  public func string(_ node: Node) -> [UInt8]? {
    let content = content(of: node)
    switch tape.tag(node.index) {
    case .string:
      return Array(bytes[bytes.startIndex + content.lowerBound..<bytes.startIndex + content.upperBound])
    case .escapedString:
      var unescaped: [UInt8] = []
      unescaped.reserveCapacity(content.count)
      JSONString.forEachUnescapedByte(bytes.span, content) { byte in
        unescaped.append(byte)
        return true
      }
      return unescaped
    default:
      return nil
    }
  }

  /// The unescaped bytes of a string, without a copy if it holds no escapes; empty for any other kind.
  public func text(_ node: Node) -> ArraySlice<UInt8> {
    switch tape.tag(node.index) {
    case .string:
      let content = content(of: node)
      return bytes[bytes.startIndex + content.lowerBound..<bytes.startIndex + content.upperBound]
    case .escapedString:
      return (string(node) ?? [])[...]
    default:
      return []
    }
  }

  /// Whether the value is a string written with escapes. The content of a string without escapes is checked UTF-8.
  public func isEscaped(_ node: Node) -> Bool { tape.tag(node.index) == .escapedString }

  /// Maps offsets in a string's unescaped bytes to offsets in the text.
  ///
  /// - Parameter places: offsets of unescaped bytes in ascending order, none of them inside a character.
  /// - Returns: for each, its offset from the document's first byte.
  public func placesInText(ofString node: Node, at places: [Int]) -> [Int] {
    let content = content(of: node)
    guard tape.tag(node.index) == .escapedString else { return places.map { content.lowerBound + $0 } }
    return JSONString.places(bytes.span, content, of: places)
  }

  /// Whether the value is a string of exactly these bytes once unescaped.
  public func string(_ node: Node, equals literal: StaticString) -> Bool {
    // SAFETY: a StaticString's buffer lives as long as the process.
    literal.withSpan { string(node, equals: $0) }
  }

  /// Whether the value is a string of exactly these bytes once unescaped.
  public func string(_ node: Node, equals wanted: Span<UInt8>) -> Bool {
    let content = content(of: node)
    let text = bytes.span
    switch tape.tag(node.index) {
    case .string:
      guard content.count == wanted.count else { return false }
      for index in 0..<wanted.count where text[content.lowerBound + index] != wanted[index] { return false }
      return true
    case .escapedString:
      // An escape takes at least as many bytes as what it stands for.
      guard content.count >= wanted.count else { return false }
      var matched = 0
      var isEqual = true
      JSONString.forEachUnescapedByte(text, content) { byte in
        isEqual = matched < wanted.count && wanted[matched] == byte
        matched += 1
        return isEqual
      }
      return isEqual && matched == wanted.count
    default:
      return false
    }
  }

  /// The range between a string's quotes, in offsets from the document's first byte.
  package func content(of node: Node) -> Range<Int> {
    let offset = tape.offset(node.index)
    return offset..<offset + tape.extent(node.index)
  }
}
