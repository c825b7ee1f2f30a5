import Wire

@testable import Policy

/// Makes policies and calls of a few words, so that they meet often. One seed, one sequence.
struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  // SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(next() % UInt64(elements.count))]
  }

  mutating func maybe(_ percent: UInt64) -> Bool { next() % 100 < percent }

  static let tools = ["github", "GitHub", "postgres", "database", "Bash", "Read", "fetch", "a:b", "t", "stra\u{df}e"]
  static let methods = ["list", "list_repos", "delete_repo", "query", "DROP", "read", "x:y", "m", "", "*", ":::::"]
  static let patterns = [
    "*", "*:*", "github", "github:*", "GITHUB:list", "*:list*", "*:delete_repo", "gi*:*", "?ithub:list", "[a-g]*:*",
    "github:[!d]*", "*delete*", "*:*delete*", "database:read", "database:*", "mcp__github__*", "mcp.tool.call",
    "mcp__github__list", "file_read", "Bash:*", "t:m", "t:*", "a:b:*", "a:*", "strasse:*", "*:", "*::", "", ":",
    "*:x:y",
    "http:*", "t:?", "*:[lm]*",
  ]

  mutating func rule() -> String {
    var members = ["\"effect\": \"\(pick(["allow", "deny", "warn"]))\""]
    let patterns = (0..<Int(next() % 3 + 1)).map { _ in "\"\(pick(Self.patterns))\"" }
    members.append("\"actions\": [\(patterns.joined(separator: ", "))]")
    if maybe(15) { members.append("\"resources\": \(pick(["[\"mcp://github/*\"]", "[\"*\"]", "[\"x\"]"]))") }
    if maybe(15) { members.append("\"clients\": [\"\(pick(["cursor", "c*", "other"]))\"]") }
    if maybe(30) {
      members.append(
        "\"conditions\": {\"\(pick(["a", "b", "input_text"]))\": \(pick(["\"x\"", "\"*\"", "1", "{\"op\": \"exists\"}"]))}"
      )
    }
    return "{\(members.joined(separator: ", "))}"
  }

  mutating func policy() -> (rules: [String], defaultAction: String) {
    ((0..<Int(next() % 12 + 1)).map { _ in rule() }, pick(["allow", "deny", "warn"]))
  }

  /// The arguments, each as key and JSON value.
  mutating func arguments() -> [(key: String, value: String)] {
    var seen: Set<String> = []
    return (0..<Int(next() % 4)).compactMap { _ in
      let key = pick(["a", "b", "c", "command", "sql", "path"])
      let value = pick([
        "\"x\"", "\"y\"", "1", "1.0", "null", "[\"x\"]", "\"DROP TABLE t\"", "\"git push origin main\"", "{\"k\": 1}",
      ])
      return seen.insert(key).inserted ? (key, value) : nil
    }
  }

  static func load(_ rules: [String], _ defaultAction: String) throws -> Policy {
    let text =
      "{\"settings\": {\"default_action\": \"\(defaultAction)\"}, \"rules\": [\(rules.joined(separator: ", "))]}"
    return try Policy.load(local: Array(text.utf8), format: .json, fileName: "policy.json")
  }

  mutating func call(_ arguments: String) throws -> Call {
    let document = try parsed(arguments)
    var context = Context()
    if maybe(60) { context.clientName = pick(["cursor", "other"]) }
    let (tool, method) = (Array(pick(Self.tools).utf8), Array(pick(Self.methods).utf8))
    if maybe(50) { return Call(server: tool, tool: method, arguments: (document, document.root), context: context) }
    return Call(
      tool: tool, method: method, resource: maybe(30) ? Array("mcp://github/x".utf8) : [],
      arguments: (document, document.root), context: context)
  }
}
