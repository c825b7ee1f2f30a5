extension MessageSalvage {
  /// Examines the beginning and the end of a line that was too long to keep.
  ///
  /// Senders write `params` and `result`, which make messages long, before or after all other members. A member that is
  /// repeated in between goes unnoticed; at worst, the wrong request gets an error.
  init(of line: OverlongLine) {
    self.init()
    let members = LeadingMembers(of: line.head)
    guard let id = members.id ?? Self.lastID(in: line.tail), members.hasMethod != members.hasAnswer else { return }
    if members.hasMethod {
      requests = [id]
    } else {
      response = id
    }
  }

  /// The id, if it is the last member of the object that ends a line.
  private static func lastID(in tail: [UInt8]) -> RequestID? {
    var rest = trimmed(tail[...])
    guard rest.popLast() == UInt8(ascii: "}") else { return nil }
    rest = trimmed(rest)
    let value: ArraySlice<UInt8>
    if rest.last == UInt8(ascii: "\"") {
      // A quote inside the string would be escaped: if there is a backslash, the opening quote can't be told from it.
      guard let quote = rest.dropLast().lastIndex(of: UInt8(ascii: "\"")) else { return nil }
      value = rest[quote...]
      guard !value.contains(UInt8(ascii: "\\")) else { return nil }
    } else {
      let before = rest.lastIndex { !Self.isOfInteger($0) }
      value = rest[(before.map { $0 + 1 } ?? rest.startIndex)...]
    }
    rest = trimmed(rest[..<value.startIndex])
    guard rest.popLast() == UInt8(ascii: ":") else { return nil }
    rest = trimmed(rest)
    let key = Array("\"id\"".utf8)
    guard rest.suffix(key.count).elementsEqual(key) else { return nil }
    guard trimmed(rest.dropLast(key.count)).last == UInt8(ascii: ",") else { return nil }
    return RequestID(parsing: value)
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    bytes[..<(bytes.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? bytes.startIndex)]
  }

  fileprivate static func isOfInteger(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || byte.isDigit
  }
}

/// The members that an object begins with, up to the first whose value is neither a string nor an integer, or is cut
/// off.
private struct LeadingMembers {
  private(set) var id: RequestID?
  private(set) var hasMethod = false
  private(set) var hasAnswer = false

  init(of head: [UInt8]) {
    var rest = Self.trimmed(head[...])
    guard rest.popFirst() == UInt8(ascii: "{") else { return }
    while let (key, behindKey) = Self.string(rest) {
      rest = Self.trimmed(behindKey)
      guard rest.popFirst() == UInt8(ascii: ":") else { return }
      if key.elementsEqual("method".utf8) { hasMethod = true }
      if key.elementsEqual("result".utf8) || key.elementsEqual("error".utf8) { hasAnswer = true }
      guard let (value, behindValue) = Self.scalar(rest) else { return }
      if key.elementsEqual("id".utf8) { id = RequestID(parsing: value) }
      rest = Self.trimmed(behindValue)
      guard rest.popFirst() == UInt8(ascii: ",") else { return }
    }
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    bytes.drop { $0 == 0x20 || $0 == 0x09 }
  }

  /// The content of the string that comes next, and the bytes after its closing quote.
  private static func string(_ bytes: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    let bytes = trimmed(bytes)
    guard bytes.first == UInt8(ascii: "\""),
      let end = try? JSONString.scan(bytes.span, from: 1, loneSurrogates: true).end
    else { return nil }
    let quote = bytes.startIndex + end
    return (bytes[bytes.startIndex + 1..<quote], bytes[(quote + 1)...])
  }

  /// The string or number that comes next, and the bytes after it.
  private static func scalar(_ bytes: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    let bytes = trimmed(bytes)
    if let (_, rest) = string(bytes) { return (bytes[..<rest.startIndex], rest) }
    let rest = bytes.drop { MessageSalvage.isOfInteger($0) }
    return rest.startIndex > bytes.startIndex ? (bytes[..<rest.startIndex], rest) : nil
  }
}

extension RequestID {
  /// Parses an id by itself; nil if it is not one that every reader understands alike.
  fileprivate init?(parsing bytes: ArraySlice<UInt8>) {
    guard let document = try? JSONDocument(parsing: bytes) else { return nil }
    self.init(document.root, in: document)
  }
}
