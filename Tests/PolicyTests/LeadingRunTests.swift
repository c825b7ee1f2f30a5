import Testing

@testable import Python

/// A run that a pattern starts with is tried once, which changes no match.
struct LeadingRunTests {
  private static func matches(
    _ pattern: String, in text: [UInt8], patience: Patience = Patience(seconds: 10)
  ) throws -> [Range<Int>]? {
    var patience = patience
    var found: [Range<Int>] = []
    let matcher = try PatternMatcher(pattern.utf8, ignoresCase: false)
    let isComplete = matcher.forEachMatch(in: text.span, startingIn: [0..<text.count], patience: &patience) {
      found.append($0)
    }
    return isComplete ? found : nil
  }

  private static func hasRun(_ pattern: String) throws -> Bool {
    let translation = try PythonRegex.translate(pattern.utf8, ignoresCase: false)
    guard let run = translation.leadingRun else { return false }
    return !(try run.holdsItsLiteral(ignoresCase: translation.ignoresCase))
  }

  @Test(
    "patterns that start with a run and a mark",
    arguments: [
      #"\w+@\w+"#, #"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b"#, #"\d{3,}-\d+"#, #"(?i)[a-z]+:x"#,
      #"(?x) \d + # digits"# + "\n" + #" - \d"#, #"[^:\s]+:y"#, #"a+\.b"#, #"\S+ x"#,
    ])
  func isFound(pattern: String) throws {
    #expect(try Self.hasRun(pattern))
  }

  @Test(
    "patterns that only look alike",
    arguments: [
      #"\w+?@"#, #"\w++@"#, #"\w*@"#, #"\w+@?x"#, #"\w+@*"#, #"\w+@{0,2}x"#, #"[\w@]+@"#, #"\S+@x"#, #".+@"#,
      #"(?:ab)+@"#, #"(a)+@\1"#, #"\w+@|x"#, #"x|\w+@"#, #"\w{2,5}@"#, #"\w+x@"#, #"\w@"#, #"\w+(?:@)"#, #"\w+[@]"#,
      #"(?:\w+@)"#, #"\w+\b@"#, #"(?=x)\w+@"#, #"\w+"#, "",
    ])
  func isNotFound(pattern: String) throws {
    #expect(try !Self.hasRun(pattern))
  }

  /// In a group of its own a pattern is run as it is.
  @Test("the matches are the same", arguments: 0..<40)
  func matchesAreTheSame(round: Int) throws {
    var generator = Generator(seed: UInt64(round))
    let pattern =
      generator.pick(["", #"\b"#, #"\B"#, "(?m)^", "(?i)"])
      + generator.pick([#"\w"#, "[a-c]", "[^@]", "a", #"\d"#, "[b-]", "é"])
      + generator.pick(["+", "{2,}", "{1,}"]) + generator.pick(["@", "-", #"\."#, " "])
      + generator.pick(["", "a", "(b|a)", #"(a+)\1"#, "(?=b)", "(?<=a@)b", #"\w*\d"#, "$", #"\b"#, "[ab]+?"])
    let alphabet = ["a", "b", "c", "A", "1", "2", "@", "-", ".", " ", "\n", "é", "ß", "💥"]
    for _ in 0..<200 {
      let text = (0..<generator.next() % 30).map { _ in generator.pick(alphabet) }.joined()
      let found = try Self.matches(pattern, in: Array(text.utf8))
      let flags = pattern.hasPrefix("(?m)") || pattern.hasPrefix("(?i)") ? String(pattern.prefix(4)) : ""
      let expected = try Self.matches(flags + "(?:" + pattern.dropFirst(flags.count) + ")", in: Array(text.utf8))
      #expect(found == expected, "\(pattern) in \(text)")
    }
  }

  @Test("a megabyte without a match is no work", arguments: [#"\w+@\w+"#, #"\b[a-z]{4,}-\d"#])
  func aLongRunIsTriedOnce(pattern: String) throws {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
    #expect(try Self.matches(pattern, in: text) == [])
  }

  @Test("what takes too long altogether is given up", arguments: [#"[a-z]+\d"#, #"a(?=b*c)"#])
  func isGivenUp(pattern: String) throws {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 13)
    #expect(try Self.matches(pattern, in: text, patience: Patience(seconds: 0)) == nil)
    #expect(try Self.matches(pattern, in: text) == [])
  }

  @Test("so are many matches") func manyMatchesAreGivenUp() throws {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    #expect(try Self.matches("a", in: text, patience: Patience(seconds: 0)) == nil)
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
}
