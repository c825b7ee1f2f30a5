/// Finds what is allowed in a rule and probably not meant.
enum RuleHints {
  private static let knownKeys = [
    "effect", "action", "actions", "deny", "allow", "resource", "resources", "clients", "projects", "when",
    "conditions", "reason", "reason_code", "reason_localized", "escalate_on_deny", "id", "name",
  ]

  /// Keys for people; so are those that start with `x-`.
  private static let remarks = ["description", "comment"]

  static func warnings(
    for members: [PolicyValue.Member], patterns: [[UInt8]], index: Int, line: Int
  ) -> [PolicyWarning] {
    var warnings: [PolicyWarning] = []
    for member in members {
      guard let key = member.key.string, !knownKeys.contains(key), !remarks.contains(key), !key.hasPrefix("x-") else {
        continue
      }
      let meant = knownKeys.first { isOneEditApart(key, $0) }
      warnings.append(
        .init(
          line: member.key.line,
          message: "rule \(index): `\(key)` is unknown\(meant.map { "; `\($0)` was meant?" } ?? " and does nothing")"))
    }
    if members.contains(where: { $0.key.isString("escalate_on_deny") && $0.value.isTruthy }) {
      warnings.append(.init(line: line, message: "rule \(index): nobody is asked: the call is denied outright"))
    }
    for pattern in patterns where namesServers(pattern) {
      let text = String(decoding: pattern, as: UTF8.self)
      warnings.append(
        .init(
          line: line,
          message: "rule \(index): `\(text)` has no colon, so it names servers: it means `\(text):*`; "
            + "for tools of any server write `*:\(text)`"))
    }
    return warnings
  }

  /// Whether a pattern with a wildcard has no colon, so that it is for servers, where tools may be meant.
  static func namesServers(_ pattern: [UInt8]) -> Bool {
    pattern.count > 1 && pattern.contains(UInt8(ascii: "*")) && !pattern.contains(UInt8(ascii: ":"))
  }

  /// Whether one insertion, deletion or replacement, or two letters in the other order, make one text of the other.
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
