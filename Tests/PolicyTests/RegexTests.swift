import Testing

@testable import Policy
@testable import Python

struct RegexTests {
  private func matches(_ pattern: String, _ text: String, ignoresCase: Bool = false) throws -> Bool {
    try PatternMatcher(pattern.utf8, ignoresCase: ignoresCase).search(Array(text.utf8)[...]) == .match
  }

  @Test(
    "a pattern means what it means in Python",
    arguments: [
      (#"a\Z"#, "a\n", false), (#"a$"#, "a\n", true), (#"(?m)^b"#, "a\nb", true), (#"(?m)^$"#, "a\n", true),
      (#"[[:alpha:]]"#, "x", false), (#"[[:alpha:]]"#, "a]", true), (#"(?P<x>a)(?P=x)"#, "aa", true),
      (#"\s"#, "\u{1c}", true), (#"\s"#, "\u{180e}", false), (#"\v"#, "\r", false), (#"a{,2}b"#, "aab", true),
      (#"a{,2}b"#, "a{,2}b", true), (#"\B"#, "", false), (#"(?i)i"#, "\u{130}", true), (#"\101"#, "A", true),
      (#"(?x) a b # c"#, "ab", true), (#"\w"#, "\u{b2}", true), (#"."#, "\r", true), (#"."#, "\n", false),
      (#"x++x"#, "xx", false), (#"(?(1)a|b)"#, "b", true),
    ])
  func meansWhatItMeansInPython(pattern: String, text: String, expected: Bool) throws {
    guard pattern != "(?(1)a|b)" else {
      #expect(throws: PythonRegex.Problem.self) { try PatternMatcher(pattern.utf8, ignoresCase: false) }
      return
    }
    #expect(try matches(pattern, text) == expected)
  }

  @Test(
    "what Python refuses is known to be refused",
    arguments: [
      "(", ")", "[", "a**", "*a", "^*", "(?P<a>x)(?P<a>y)", "(?<=a*)b", "(?<=a|bc)d", #"\e"#, #"\p{L}"#, "a(?i)",
      "(?L)a", "(?P=q)", "a{2,1}", "[z-a]", #"[\w-a]"#, #"\x4"#, #"\8"#, "(?z)", "(?-a:b)", "(?i-i:b)",
    ])
  func refusesWhatPythonRefuses(pattern: String) {
    do {
      _ = try PatternMatcher(pattern.utf8, ignoresCase: false)
      Issue.record("compiled")
    } catch {
      guard case .invalid = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test("what has no translation is told apart", arguments: ["a{70000}", "(?a)(?i)x", #"\N{DASH}"#, "(?t)a"])
  func tellsApartWhatHasNoTranslation(pattern: String) {
    do {
      _ = try PatternMatcher(pattern.utf8, ignoresCase: false)
      Issue.record("compiled")
    } catch {
      guard case .unsupported = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test("a pattern that runs away is given up", arguments: ["(a+)+$", "(a|aa)+$"])
  func givesUp(pattern: String) throws {
    let matcher = try PatternMatcher(pattern.utf8, ignoresCase: false)
    let text = Array((String(repeating: "a", count: 5000) + "!").utf8)
    #expect(matcher.search(text[...]) == .undecided)
  }

  @Test func aRunawayDeniesWhereItDeniesAndOpensNothing() throws {
    let text = String(repeating: "a", count: 5000) + "!"
    for (effect, otherwise) in [(Effect.deny, "allow"), (.allow, "deny"), (.warn, "deny")] {
      let policy = try localPolicy(
        """
        version: "1"
        settings: {default_action: \(otherwise)}
        rules:
          - effect: \(effect.rawValue)
            action: t:m
            when: {s: {op: matches, value: "(a+)+$"}}
        """)
      let decision = policy.decide(try toolCall("t", "m", "{\"s\": \"\(text)\"}"))
      #expect(decision.effect == .deny)
      #expect(decision.doubts.count == 1)
    }
  }
}
