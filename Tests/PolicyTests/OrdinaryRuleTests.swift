import Testing
import Wire

@testable import Policy

/// A rule of a payload is the same rule whichever of the two readers has read it.
struct OrdinaryRuleTests {
  /// Makes rules as services write them, and now and then as none would.
  private struct Writer {
    var generator: Generator

    mutating func members() -> [String] {
      var members: [String] = []
      for _ in 0..<generator.next() % 7 { members.append(member()) }
      if generator.maybe(80) { members.append("\"effect\": \"\(generator.pick(["allow", "deny", "warn"]))\"") }
      if generator.maybe(80) { members.append("\"actions\": [\"\(generator.pick(Generator.patterns))\", \"a:b\"]") }
      return members
    }

    private mutating func member() -> String {
      switch generator.next() % 10 {
      case 0: "\"effect\": \(generator.pick(["\"audit\"", "\"Deny\"", "\"\"", "null", "1", "[]", "\"d\\u0065ny\""]))"
      case 1:
        "\"actions\": \(generator.pick(["[]", "[\"\"]", "[1, \"t:m\"]", "\"t\"", "null", "[\"\", \"t\"]", "[\"g*\"]"]))"
      case 2: "\"reason\": \(generator.pick(["\"why\"", "\"\"", "null", "1", "\"\\ud800\"", "[\"x\"]"]))"
      case 3: "\"reason_code\": \(generator.pick(["\"CODE\"", "\"\"", "null", "7"]))"
      case 4: "\"escalate_on_deny\": \(generator.pick(["true", "false", "null", "1"]))"
      case 5:
        "\"\(generator.pick(["tool", "action", "pattern", "id", "match"]))\": \"\(generator.pick(Generator.patterns))\""
      case 6:
        "\"\(generator.pick(["clients", "resources", "when"]))\": \(generator.pick(["[\"c*\"]", "{}", "{\"a\": \"x\"}"]))"
      default: "\"conditions\": \(generator.maybe(10) ? generator.pick(["[]", "null", "1"]) : conditions())"
      }
    }

    private mutating func conditions() -> String {
      let members = (0..<generator.next() % 4).map { _ in
        "\"\(generator.pick(["a", "input_text", "INPUT_TEXT", "tags", "time_range", "\\u0061", ""]))\": \(condition())"
      }
      return "{\(members.joined(separator: ", "))}"
    }

    private mutating func condition() -> String {
      let operand = generator.pick([
        "\"x\"", "\"[\"", "1", "1e400", "null", "[\"a\", 2, null]", "\"1-2\"", "{}", "\"\\udc00\"",
      ])
      guard generator.maybe(80) else { return operand }
      let operation = generator.pick([
        "exists", "not_exists", "equals", "contains", "glob", "matches", "gt", "lte", "in", "not_in", "in_range",
        "outside_range", "within", "none",
      ])
      return generator.pick([
        "{\"op\": \"\(operation)\", \"value\": \(operand)}",
        "{\"value\": \(operand), \"op\": \"equals\", \"op\": \"\(operation)\"}",
        "{\"op\": \"\(operation)\"}",
        "{\"op\": \"\(operation)\", \"value\": \(operand), \"case_insensitive\": true}",
        "{\"op\": 1, \"value\": \(operand)}",
      ])
    }
  }

  @Test func bothReadersMakeTheSameRule() {
    var writer = Writer(generator: Generator(seed: 0x0d1_4a41))
    for _ in 0..<4000 {
      let members = writer.members()
      // A list of no names asks for nothing, but only one of the readers reads it.
      let direct = load(members)
      let detour = load(members + ["\"projects\": [1]"])
      #expect(direct == detour, "\(members.joined(separator: ", "))")
    }
  }

  @Test func whatServicesWriteIsReadDirectly() throws {
    let rule =
      "{\"id\": \"r\", \"effect\": \"deny\", \"actions\": [\"s:t\"], \"reason\": \"why\", \"reason_code\": \"C\","
      + " \"conditions\": {\"path\": {\"op\": \"glob\", \"value\": \"/data/*\"}, \"a\": \"x\"}}"
    let document = try JSONPolicyReader.document(Array(rule.utf8), fileName: "rule")
    let read = OrdinaryRule(document.root, in: document)?.rule(
      of: document.root, in: document, LineIndex(document.bytes), index: 3, defaultReason: "policy:p")
    #expect(read?.policyID == "rule-3")
    #expect(read?.conditions.map(\.name) == ["path", "a"])
  }

  /// What the index does with patterns as they stand is what it does with those of rules that were made.
  @Test func rulesAreFoundBeforeTheyAreMade() throws {
    var generator = Generator(seed: 0x1a2_f00d)
    let actions = ["S:t", "s:T", "s:*", "é:t", "s:a/b", "s", "*", "*:t", "s:t?", "[st]:t", "s:[t]", ":t", "s:", "s::t"]
    var found = 0
    for _ in 0..<600 {
      let rules = (0..<generator.next() % 12).map { _ in
        let patterns = (0...generator.next() % 3).map { _ in "\"\(generator.pick(actions))\"" }
        let effect = generator.pick(["allow", "deny", "warn"])
        let conditions = generator.maybe(30) ? ", \"conditions\": {\"a\": \"x\"}" : ""
        return "{\"effect\": \"\(effect)\", \"actions\": [\(patterns.joined(separator: ", "))]\(conditions)}"
      }
      let text = "{\"policies\": [{\"id\": \"p\", \"rules\": [\(rules.joined(separator: ", "))]}]}"
      let policy = try Policy.load(hosted: Array(text.utf8), fileName: "payload")
      for (server, tool) in [("s", "t"), ("S", "T"), ("é", "t"), ("s", "a/b"), ("s", ":t"), ("t", "t")] {
        let arguments = Array((generator.maybe(50) ? "{\"a\": \"x\"}" : "{}").utf8)
        let document = try JSONDocument(parsing: arguments[...])
        let call = Call(
          server: Array(server.utf8), tool: Array(tool.utf8),
          arguments: (document, document.root), context: Context())
        let decision = policy.decide(call)
        #expect(decision == policy.decideByWalking(call), "\(server):\(tool) by \(text)")
        if decision.policyID.hasPrefix("rule-") { found += 1 }
      }
    }
    #expect(found > 1000)
  }

  /// All that a rule says, or all that is wrong with it.
  private func load(_ members: [String]) -> String {
    let text = "{\"policies\": [{\"id\": \"p\", \"rules\": [{\(members.joined(separator: ", "))}]}]}"
    do throws(PolicyError) {
      let policy = try Policy.load(hosted: Array(text.utf8), fileName: "payload")
      var shown = policy.warnings.map(\.message).joined(separator: "\n")
      for rule in policy.rules { dump(rule, to: &shown) }
      // Objects that a rule holds are shown by where they are.
      return shown.replacing(#/0x[0-9a-f]+/#, with: "")
    } catch {
      return error.diagnostics.map(\.description).joined(separator: "\n")
    }
  }
}
