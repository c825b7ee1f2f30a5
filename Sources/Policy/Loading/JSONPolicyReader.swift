import Wire

/// Reads a JSON policy as Python's `json.loads` does: of a repeated key, the last value counts.
enum JSONPolicyReader {
  /// - Returns: the document, and warnings about keys that are repeated within one object.
  static func read(
    _ bytes: [UInt8], fileName: String
  ) throws(PolicyError) -> (root: PolicyValue, repeatedKeys: [PolicyWarning]) {
    let document = try self.document(bytes, fileName: fileName)
    let lines = LineIndex(bytes[...])
    var repeated: [PolicyValue] = []
    findRepeatedKeys(in: document.root, of: document, lines, &repeated)
    return (value(of: document.root, in: document, lines), repeated.map { .repeatedKey($0) })
  }

  private static func findRepeatedKeys(
    in node: JSONDocument.Node, of document: JSONDocument, _ lines: LineIndex, _ repeated: inout [PolicyValue]
  ) {
    var seen: Set<ArraySlice<UInt8>> = []
    for member in document.members(of: node) {
      if !seen.insert(document.text(member.key)).inserted {
        repeated.append(value(of: member.key, in: document, lines))
      }
      findRepeatedKeys(in: member.value, of: document, lines, &repeated)
    }
    for element in document.elements(of: node) { findRepeatedKeys(in: element, of: document, lines, &repeated) }
  }

  static func document(_ bytes: [UInt8], fileName: String) throws(PolicyError) -> JSONDocument {
    var limits = JSONLimits()
    limits.maxBytes = PolicyLimits.maxBytes
    limits.maxDepth = PolicyLimits.maxDepth
    limits.maxValues = PolicyLimits.maxValues
    do {
      return try JSONDocument(parsing: bytes[...], options: .python, limits: limits)
    } catch {
      let place = LineIndex(bytes[...]).place(of: error.offset)
      throw PolicyError(
        .load, "not JSON: \(error.code.rawValue)", fileName: fileName, line: place.line, column: place.column)
    }
  }

  /// Recursion is bounded by ``PolicyLimits/maxDepth``.
  ///
  /// - Parameter skipped: a member of the outermost object that is left out of the value.
  static func value(
    of node: JSONDocument.Node, in document: JSONDocument, _ lines: LineIndex, skipping skipped: StaticString? = nil
  ) -> PolicyValue {
    let place = lines.place(of: document.range(of: node).lowerBound)
    var size = 1
    let content: PolicyValue.Content
    switch document.kind(of: node) {
    case .null: content = .null
    case .true: content = .boolean(true)
    case .false: content = .boolean(false)
    case .integer:
      let digits = String(decoding: document.raw(node), as: UTF8.self)
      content = .integer(digits == "-0" ? "0" : digits)
    case .number:
      content = .number(number(String(decoding: document.raw(node), as: UTF8.self)))
    case .string:
      content = .string(document.string(node) ?? [])
    case .array:
      let elements = document.elements(of: node).map { value(of: $0, in: document, lines) }
      size += elements.reduce(0) { $0 + $1.size }
      content = .list(elements)
    case .object:
      var members = MappingBuilder()
      for (key, child) in document.members(of: node) {
        if let skipped, document.string(key, equals: skipped) { continue }
        members.insert(value(of: key, in: document, lines), value(of: child, in: document, lines))
      }
      size += members.size
      content = .mapping(members.members)
    }
    return PolicyValue(content: content, line: place.line, column: place.column, size: size)
  }

  private static func number(_ text: String) -> Double {
    switch text {
    case "NaN": .nan
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    default: Double(text) ?? (text.utf8.first == UInt8(ascii: "-") ? -.infinity : .infinity)
    }
  }
}
