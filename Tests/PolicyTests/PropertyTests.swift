import Testing
import Wire

@testable import Policy

/// What holds for every policy and every call.
struct PropertyTests {
  private static let rounds = 2000
  private static let seed: UInt64 = 0x5eed

  private func object(_ members: [(key: String, value: String)]) -> String {
    "{" + members.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
  }

  @Test func theIndexFindsWhatAWalkOverTheRulesFinds() throws {
    var generator = Generator(seed: Self.seed)
    for round in 0..<Self.rounds {
      let (rules, defaultAction) = generator.policy()
      let policy = try Generator.load(rules, defaultAction)
      for _ in 0..<5 {
        let call = try generator.call(object(generator.arguments()))
        #expect(policy.decide(call) == policy.decideByWalking(call), "round \(round)")
      }
    }
  }

  /// Of a few letters, colons and wildcards, so that starts are starts of one another, and rules have many patterns.
  @Test("the index finds what a walk finds for patterns and names of any shape, in both kinds of policy")
  func theIndexOfAnyPatterns() throws {
    var generator = Generator(seed: Self.seed + 6)
    func text(_ letters: [String], _ most: UInt64) -> String {
      (0..<generator.next() % (most + 1)).map { _ in generator.pick(letters) }.joined()
    }
    for round in 0..<Self.rounds {
      let rules = (0..<Int(generator.next() % 30 + 1)).map { number in
        let patterns = (0..<generator.next() % 4 + 1).map { _ in
          let pattern = text(["a", "A", "b", "é", ":", ":", "*", "?", "[a]", "[!a]", "[", "mcp__a__", "a:"], 5)
          return "\"\(pattern.isEmpty ? "a" : pattern)\""
        }.joined(separator: ", ")
        let effect = generator.pick(["allow", "deny", "warn"])
        let when = generator.maybe(20) ? #", "conditions": {"a": "x"}"# : ""
        return "{\"effect\": \"\(effect)\", \"actions\": [\(patterns)], \"reason\": \"\(number)\"\(when)}"
      }
      let list = rules.joined(separator: ", ")
      let local = try Generator.load(rules, "deny")
      let hosted = try Policy.load(hosted: Array("{\"policies\": [{\"rules\": [\(list)]}]}".utf8), fileName: "payload")
      for _ in 0..<8 {
        let server = text(["a", "A", "b", "é", ":"], 3)
        let tool = text(["a", "A", "b", "é", ":", "/"], 4)
        let arguments = try parsed(generator.pick([#"{"a": "x"}"#, "{}"]))
        let call = Call(
          server: Array(server.utf8), tool: Array(tool.utf8), arguments: (arguments, arguments.root),
          context: Context())
        let walked = local.decideByWalking(call)
        #expect(local.decide(call) == walked, "round \(round): \(server):\(tool)")
        #expect(hosted.decide(call) == walked, "round \(round), hosted: \(server):\(tool)")
        if let outright = local.decidesOutright(call) { #expect(walked.effect == outright) }
      }
    }
  }

  @Test func aDenyInFrontNeverAllowsMore() throws {
    var generator = Generator(seed: Self.seed + 1)
    for round in 0..<Self.rounds {
      let (rules, defaultAction) = generator.policy()
      let denial = generator.rule().replacing("\"effect\": \"allow\"", with: "\"effect\": \"deny\"")
        .replacing("\"effect\": \"warn\"", with: "\"effect\": \"deny\"")
      let call = try generator.call(object(generator.arguments()))
      let before = try Generator.load(rules, defaultAction).decide(call)
      let after = try Generator.load([denial] + rules, defaultAction).decide(call)
      #expect(after.effect == before.effect || after.effect == .deny, "round \(round)")
    }
  }

  @Test func whatIsDecidedOutrightIsDecidedWhateverTheArguments() throws {
    var generator = Generator(seed: Self.seed + 4)
    var told = 0
    for round in 0..<Self.rounds {
      let (rules, defaultAction) = generator.policy()
      let policy = try Generator.load(rules, defaultAction)
      let seed = generator.next()
      var effects: [Effect] = []
      for _ in 0..<8 {
        // The same call with other arguments.
        var same = Generator(seed: seed)
        effects.append(policy.decide(try same.call(object(generator.arguments()))).effect)
      }
      var same = Generator(seed: seed)
      guard let outright = policy.decidesOutright(try same.call("{}")) else { continue }
      told += 1
      #expect(effects.allSatisfy { $0 == outright }, "round \(round): \(outright), \(effects)")
    }
    #expect(told > Self.rounds / 4)
  }

  @Test func whatIsDecidedOutrightOfAnyResourceIsDecidedOfEach() throws {
    var generator = Generator(seed: Self.seed + 5)
    let server = Array("github".utf8)
    var told = 0
    for round in 0..<Self.rounds {
      let (rules, defaultAction) = generator.policy()
      let policy = try Generator.load(
        rules + [#"{"effect": "allow", "actions": ["mcp.resource.read"]}"#], defaultAction)
      guard let outright = policy.decidesOutright(Call(readingAnyResourceOf: server, context: Context())) else {
        continue
      }
      told += 1
      for uri in ["x", "file:///a", ""] {
        let read = Call(
          server: server, method: Array("resources/read".utf8), arguments: nil, uri: Array(uri.utf8), context: Context()
        )
        #expect(policy.decide(read).effect == outright, "round \(round): \(uri)")
      }
    }
    #expect(told > Self.rounds / 4)
  }

  @Test func orderSpaceAndEscapesOfACallChangeNothing() throws {
    var generator = Generator(seed: Self.seed + 2)
    for round in 0..<Self.rounds {
      let (rules, defaultAction) = generator.policy()
      let policy = try Generator.load(rules, defaultAction)
      let members = generator.arguments()
      let seed = generator.next()
      var first = Generator(seed: seed)
      var second = Generator(seed: seed)
      let shuffled = members.shuffled(using: &generator).map { member in
        let escaped = member.key.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined()
        return (key: escaped, value: member.value.replacing("x", with: "\\u0078"))
      }
      let spaced = "{ " + shuffled.map { "\"\($0.key)\" :\t\($0.value)" }.joined(separator: " ,\t") + " }"
      #expect(
        policy.decide(try first.call(object(members))) == policy.decide(try second.call(spaced)),
        "round \(round): \(spaced)")
    }
  }

  @Test func aPolicyLoadsTheSameAsItsOwnRules() throws {
    var generator = Generator(seed: Self.seed + 3)
    for _ in 0..<200 {
      let (written, defaultAction) = generator.policy()
      // A service's empty patterns are no patterns.
      let rules = written.map { $0.replacing("\"\"", with: "\"nothing\"") }
      let compact = try Generator.load(rules, defaultAction)
      // The same text as YAML, of which JSON is a part.
      let text =
        "{\"settings\": {\"default_action\": \"\(defaultAction)\"}, \"rules\": [\(rules.joined(separator: ",\n"))]}"
      let yaml = try Policy.load(local: Array(text.utf8), format: .yaml, fileName: "policy.yaml")
      let hosted = try Policy.load(
        hosted: Array(
          "{\"default_action\": \"\(defaultAction)\", \"policies\": [{\"rules\": [\(rules.joined(separator: ", "))]}]}"
            .utf8),
        fileName: "payload")
      for _ in 0..<5 {
        let call = try generator.call(object(generator.arguments()))
        #expect(compact.decide(call) == yaml.decide(call))
        var decision = hosted.decide(call)
        decision.reason = compact.decide(call).reason
        #expect(compact.decide(call) == decision)
      }
    }
  }
}
