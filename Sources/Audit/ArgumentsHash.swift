import Digest
public import Wire

/// What a record says about a call's arguments: the hash of their canonical form (RFC 8785), never their values.
public enum ArgumentsHash {
  /// `sha256:` and 64 hexadecimal digits; empty if a number lies beyond ±(2^53 − 1) or is not finite.
  public static func text(of arguments: (document: JSONDocument, node: JSONDocument.Node)?) -> String {
    guard let arguments else { return "sha256:" + SHA256.hexadecimal(of: "{}".utf8.span) }
    var writer = JSONWriter()
    writer.reserve(arguments.document.raw(arguments.node).count)
    guard write(arguments.node, in: arguments.document, to: &writer) else { return "" }
    return "sha256:" + SHA256.hexadecimal(of: writer.bytes)
  }

  /// The top-level names, sorted by code point.
  public static func keys(of arguments: (document: JSONDocument, node: JSONDocument.Node)?) -> [[UInt8]] {
    guard let (document, node) = arguments else { return [] }
    return document.members(of: node).map { document.string($0.key) ?? [] }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Returns false if a value has no canonical form. Recursion is bounded by the depth that the reader allowed.
  private static func write(
    _ node: JSONDocument.Node, in document: JSONDocument, to writer: inout JSONWriter
  ) -> Bool {
    switch document.kind(of: node) {
    case .object:
      var members = document.members(of: node).map { (key: document.string($0.key) ?? [], value: $0.value) }
      members.sort { precedes($0.key, $1.key) }
      writer.beginObject()
      for (key, value) in members {
        writer.key(bytes: key)
        guard write(value, in: document, to: &writer) else { return false }
      }
      writer.endObject()
    case .array:
      writer.beginArray()
      for element in document.elements(of: node) {
        guard write(element, in: document, to: &writer) else { return false }
      }
      writer.endArray()
    case .string:
      // A string that is written without escapes needs none in its canonical form either.
      if document.isEscaped(node) {
        writer.string(bytes: document.string(node) ?? [])
      } else {
        writer.raw(document.raw(node))
      }
    case .integer, .number:
      let text = String(decoding: document.raw(node), as: UTF8.self)
      guard let value = Double(text), value.magnitude <= 9_007_199_254_740_991 else { return false }
      var digits: [UInt8] = []
      ECMAScriptNumber.append(value, to: &digits)
      writer.raw(digits)
    case .true, .false, .null:
      writer.raw(document.raw(node))
    }
    return true
  }

  /// Keys sort by their UTF-16 code units (RFC 8785, section 3.2.3): like UTF-8 bytes, except that characters beyond
  /// U+FFFF precede those from U+E000.
  private static func precedes(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    let common = min(first.count, second.count)
    var index = 0
    while index < common, first[index] == second[index] { index += 1 }
    guard index < common else { return first.count < second.count }
    let isBeyond = (first: first[index] >= 0xf0, second: second[index] >= 0xf0)
    if isBeyond.first != isBeyond.second, min(first[index], second[index]) >= 0xee { return isBeyond.first }
    return first[index] < second[index]
  }
}
