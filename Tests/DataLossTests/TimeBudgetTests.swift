import Testing

@testable import DataLoss
@testable import Python

/// The expressions of a scan share one time limit.
struct TimeBudgetTests {
  private static func matches(
    _ pattern: String, in text: [UInt8], budget: TimeBudget = TimeBudget(seconds: 10)
  ) throws -> [Range<Int>]? {
    var budget = budget
    var found: [Range<Int>] = []
    let matcher = try PatternMatcher(pattern.utf8, ignoresCase: false)
    let isComplete = matcher.forEachMatch(in: text.span, startingIn: [0..<text.count], budget: &budget) {
      found.append($0)
    }
    return isComplete ? found : nil
  }

  @Test("what takes too long altogether is given up", arguments: [#"[a-z]+\d"#, #"a(?=b*c)"#])
  func isGivenUp(pattern: String) throws {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 13)
    #expect(try Self.matches(pattern, in: text, budget: TimeBudget(seconds: 0)) == nil)
    #expect(try Self.matches(pattern, in: text) == [])
  }

  @Test("so are many matches") func manyMatchesAreGivenUp() throws {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    #expect(try Self.matches("a", in: text, budget: TimeBudget(seconds: 0)) == nil)
    #expect(try Self.matches("a", in: text)?.count == 1000)
  }

  @Test("a text of many pieces is searched whole, characters of several bytes and all")
  func piecesLeaveNothingOut() throws {
    let text = Array((String(repeating: "é", count: 5000) + "x" + String(repeating: "💥", count: 3000) + "x").utf8)
    #expect(try Self.matches("[x]", in: text) == [10_000..<10_001, 22_001..<22_002])
    #expect(try Self.matches("é", in: text)?.count == 5000)
    #expect(try Self.matches("(?<=💥)x", in: text) == [22_001..<22_002])
    #expect(try Self.matches("$", in: text) == [22_002..<22_002])
  }

  @Test("a scan without an end has no result, and names the rule") func aScanIsGivenUp() throws {
    let rule = DetectionRule(
      id: "letters", name: "letters", pattern: Array(##"(?:[a-z]+\.)+#"##.utf8), category: "custom")
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 13) + Array("!#".utf8)
    let scanner = Scanner([try Detector(rule)])
    #expect(throws: Scanner.Failure(reason: "`letters` takes too long")) {
      try scanner.matches(in: text.span, budget: TimeBudget(seconds: 0))
    }
    #expect(throws: Never.self) { try scanner.matches(in: text.span) }
  }
}
