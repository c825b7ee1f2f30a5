import Python

/// The class of SQL text by the first word of each statement; the worst class counts (Control Zero 1.13.16).
enum SQLClass {
  /// Nil if no statement starts with a known word.
  static func of(_ text: ArraySlice<UInt8>) -> DatabaseAction.Class? {
    var worst: DatabaseAction.Class?
    for statement in withoutNoise(text).split(separator: UInt8(ascii: ";")) {
      guard let named = classes[firstWord(of: statement)] else { continue }
      if worst.map({ rank(named) < rank($0) }) ?? true { worst = named }
    }
    return worst
  }

  private static func rank(_ named: DatabaseAction.Class) -> Int {
    switch named {
    case .admin: 0
    case .write: 1
    case .exec: 2
    case .read: 3
    }
  }

  private static func firstWord(of statement: ArraySlice<UInt8>) -> String {
    let letters = PythonSpace.strippedStart(statement).prefix { CaseFolding.asciiFolded($0) &- UInt8(ascii: "a") < 26 }
    // No known word is longer.
    guard letters.count <= 16 else { return "" }
    return String(decoding: letters.map { $0 & 0xdf }, as: UTF8.self)
  }

  /// The text with quoted parts and comments blanked out.
  private static func withoutNoise(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var rest = text
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        rest = afterQuoted(rest)
        result.append(0x20)
      case UInt8(ascii: "-") where rest.dropFirst().first == UInt8(ascii: "-"):
        rest = rest[(rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex)...]
        result.append(0x20)
      case UInt8(ascii: "/") where rest.dropFirst().first == UInt8(ascii: "*"):
        rest = afterComment(rest.dropFirst(2))
        result.append(0x20)
      default:
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// The text after a quoted part, in which the quote is escaped by doubling it; empty if the part is not closed.
  private static func afterQuoted(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let quote = text[text.startIndex]
    var rest = text.dropFirst()
    while let close = rest.firstIndex(of: quote) {
      rest = rest[(close + 1)...]
      guard rest.first == quote else { return rest }
      rest = rest.dropFirst()
    }
    return []
  }

  private static func afterComment(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = text
    while let star = rest.firstIndex(of: UInt8(ascii: "*")) {
      rest = rest[(star + 1)...]
      if rest.first == UInt8(ascii: "/") { return rest.dropFirst() }
    }
    return []
  }

  private static let classes: [String: DatabaseAction.Class] = {
    var classes: [String: DatabaseAction.Class] = [:]
    for word in ["SELECT", "WITH", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "USE", "VALUES"] { classes[word] = .read }
    for word in ["INSERT", "UPDATE", "DELETE", "MERGE", "UPSERT", "REPLACE", "COPY", "LOAD"] { classes[word] = .write }
    for word in [
      "CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT", "REVOKE", "RENAME", "ATTACH", "DETACH", "REINDEX", "VACUUM",
      "ANALYZE", "OPTIMIZE", "CLUSTER", "LOCK",
    ] { classes[word] = .admin }
    for word in ["CALL", "EXECUTE", "DO", "BEGIN", "COMMIT", "ROLLBACK", "START", "SAVEPOINT"] { classes[word] = .exec }
    return classes
  }()
}
