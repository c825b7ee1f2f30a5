import Wire

/// Finds keys of a local policy that nothing reads: the SDK ignores them silently, and with a misspelled key whatever
/// it should have asked for.
enum UnknownKeys {
  /// Keys for people, like those that start with `x-`.
  private static let remarks = ["description", "comment"]

  /// - Parameters:
  ///   - what: the mapping, for the message.
  ///   - onlyMisspelt: whether a key counts only if it is nearly a known one.
  static func warnings(
    in members: [PolicyValue.Member], known: [String], of what: String, onlyMisspelt: Bool = false
  ) -> [PolicyWarning] {
    members.compactMap { member in
      guard let key = member.key.string, !known.contains(key), !remarks.contains(key), !key.hasPrefix("x-") else {
        return nil
      }
      let meant = meant(by: key, of: known)
      guard meant != nil || !onlyMisspelt else { return nil }
      return PolicyWarning(
        at: member.key,
        "\(what): `\(key)` is unknown\(meant.map { "; `\($0)` was meant?" } ?? " and does nothing")")
    }
  }

  /// For a message about something missing or wrong: what was probably meant, or nothing.
  static func hint(for members: [PolicyValue.Member], known: [String]) -> String {
    for member in members {
      if let key = member.key.string, !known.contains(key), let meant = meant(by: key, of: known) {
        return "; `\(key)` is unknown, `\(meant)` was meant?"
      }
    }
    return ""
  }

  /// The known word that this one nearly matches.
  static func meant(by word: String, of known: [String]) -> String? {
    let letters = LookAlike.letters(Array(word.utf8))
    return known.first { isOneEditApart(word, $0) || letters == LookAlike.letters(Array($0.utf8)) }
  }

  /// Whether one insertion, deletion, replacement or swap of adjacent letters turns one text into the other.
  private static func isOneEditApart(_ first: String, _ second: String) -> Bool {
    let (short, long) =
      first.utf8.count <= second.utf8.count
      ? (Array(first.utf8), Array(second.utf8)) : (Array(second.utf8), Array(first.utf8))
    guard long.count - short.count <= 1 else { return false }
    var index = 0
    while index < short.count, short[index] == long[index] { index += 1 }
    if long.count == short.count, index + 1 < short.count, short[index] == long[index + 1],
      short[index + 1] == long[index]
    {
      return short.dropFirst(index + 2).elementsEqual(long.dropFirst(index + 2))
    }
    return long.count == short.count
      ? short.dropFirst(index + 1).elementsEqual(long.dropFirst(index + 1))
      : short.dropFirst(index).elementsEqual(long.dropFirst(index + 1))
  }
}
