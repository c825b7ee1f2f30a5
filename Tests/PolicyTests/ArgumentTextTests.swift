import Testing

@testable import Policy
@testable import Python

/// What stands in the texts of arguments: numbers and JSON as some servers decode them, and texts of any length.
struct ArgumentTextTests {
  /// Models often write an argument as a text.
  @Test(
    "a number in digits alone is that number in a text too, where the tool asks for one",
    arguments: [
      ("{n: {op: gt, value: 10}}", #"{"n": "7"}"#, Effect.allow), ("{n: {op: gt, value: 10}}", #"{"n": "11"}"#, .deny),
      ("{n: {op: lt, value: 0}}", #"{"n": "-7"}"#, .deny), ("{f: {op: gt, value: 10}}", #"{"f": "9.90"}"#, .allow),
      ("{f: {op: gt, value: 10}}", #"{"f": "10.10"}"#, .deny), ("{n: 7}", #"{"n": "7"}"#, .deny),
      ("{n: 8}", #"{"n": "7"}"#, .allow), ("{n: 0}", #"{"n": "-0"}"#, .deny),
    ])
  func numbersInTexts(when: String, arguments: String, expected: Effect) throws {
    #expect(try effect("deny", when, arguments) == expected)
    if !when.contains(": 0}") { #expect(try effect("allow", when, arguments) == (expected == .deny ? .allow : .deny)) }
  }

  @Test("an array in a text, where the tool asks for one, is denied for what it holds, and opens nothing")
  func arraysInTexts() throws {
    let schema = #"{"properties": {"paths": {"type": "array", "items": {"type": "string"}}}}"#
    func decided(_ effect: Effect, _ condition: String, _ text: String) throws -> Effect {
      let policy = try localPolicy(
        "dialect: czproxy/1\nsettings: {default_action: \(effect == .deny ? "allow" : "deny")}\n"
          + "rules: [{\(effect.rawValue): \"t:m\", when: \(condition)}]")
      return policy.decide(try toolCall("t", "m", #"{"paths": "\#(text)"}"#, schema: schema)).effect
    }
    for condition in ["{paths: /etc/*}", "{'args.paths[*]': /etc/*}", "{'args.paths[1]': /etc/*}"] {
      #expect(try decided(.deny, condition, #"[\"a\", \"b\"]"#) == .allow)
      #expect(try decided(.deny, condition, #"[\"a\", \"\\u002fetc/x\"]"#) == .deny)
      #expect(try decided(.deny, condition, "a,b") == .deny)
      #expect(try decided(.deny, condition, #"{\"a\": \"b\"}"#) == .deny)
      #expect(try decided(.allow, condition, #"[\"/etc/x\", \"/etc/y\"]"#) == .deny)
    }
  }

  /// To JavaScript `0x1388` is 5000, to who reads up to the first other letter `5000 EUR` too.
  @Test(
    "a text or a boolean, which is no number, is in doubt where numbers are compared",
    arguments: [
      "{op: gt, value: 100}", "{op: lte, value: 1e9}", "{op: in_range, value: [0, 100]}",
      "{op: outside_range, value: 0-100}",
    ], [#""0x1388""#, #""5000 EUR""#, #""0 or so""#, "true"])
  func textsThatAreNoNumbers(test: String, value: String) throws {
    for schema in [nil, #"{"properties": {"n": {"type": ["string", "boolean"]}}}"#] {
      #expect(try effect("allow", "{n: \(test)}", #"{"n": \#(value)}"#, schema: schema) == .deny)
      #expect(try effect("deny", "{n: \(test)}", #"{"n": \#(value)}"#, schema: schema) == .deny)
    }
  }

  @Test("texts are compared as such where they are meant, and what an object holds is no text for a number")
  func textsThatAreMeant() throws {
    let dates = "{n: {op: in_range, value: ['2026-01-01', '2026-12-31']}}"
    #expect(try effect("allow", dates, #"{"n": "2026-05-01"}"#, schema: nil) == .allow)
    #expect(try effect("deny", dates, #"{"n": "2025-05-01"}"#, schema: nil) == .allow)
    #expect(
      try effect("deny", "{n: {op: gt, value: 5}}", #"{"n": {"value": 3, "unit": "EUR"}}"#, schema: nil) == .allow)
    #expect(try effect("allow", "{n: {op: in_range, value: [0, 10]}}", #"{"n": " 5 "}"#, schema: nil) == .allow)
  }

  @Test("a text where a list may stand too is judged in both readings, as servers decode it")
  func textsOrLists() throws {
    let schema = #"{"properties": {"p": {"anyOf": [{"type": "string"}, {"type": "array"}]}}}"#
    let arguments = #"{"p": "[\"/etc/shadow\"]"}"#
    #expect(try effect("deny", #"{p: "*'/etc/shadow'*"}"#, arguments, schema: schema) == .deny)
    #expect(try effect("deny", #"{p: '*"/etc/shadow"*'}"#, arguments, schema: schema) == .deny)
    #expect(try effect("allow", #"{p: '*"/etc/shadow"*'}"#, arguments, schema: schema) == .deny)
    #expect(try effect("allow", #"{p: "/srv/*"}"#, #"{"p": "/srv/a"}"#, schema: schema) == .allow)
  }

  @Test("the expressions of all rules share the time for a call's long texts: what is over is in doubt")
  func sharedPatience() throws {
    let test = ValueTest.matches(try PatternMatcher(Array("DROP".utf8), ignoresCase: false), folds: false)
    let text = FieldValue.text(Array(String(repeating: "x", count: 10_000).utf8)[...])
    var budget = TimeBudget(milliseconds: 0)
    while budget.isLeft() {}
    #expect(test.verdictOnLongText(text, budget: &budget) == .undecided(.runaway))
    var more = TimeBudget(seconds: 60)
    #expect(test.verdictOnLongText(text, budget: &more) == .fails)
  }

  /// The SDK looks only at the first 8192 characters, which anybody can fill.
  @Test("an expression is looked for in all of a text", arguments: [argumentSchema, nil])
  func longTexts(schema: String?) throws {
    let padding = String(repeating: "é", count: 8192)
    let arguments = #"{"s": "SELECT \#(padding) DROP"}"#
    #expect(try effect("deny", "{s: {op: matches, value: DROP}}", arguments, schema: schema) == .deny)
    #expect(
      try effect("deny", "{s: {op: matches, value: drop, case_insensitive: true}}", arguments, schema: schema) == .deny)
    #expect(try effect("allow", "{s: {op: matches, value: '^(?!.*DROP)SELECT'}}", arguments, schema: schema) == .deny)
    #expect(try effect("allow", "{s: {op: matches, value: '^SELECT'}}", arguments, schema: schema) == .allow)
    #expect(try effect("deny", "{s: {op: matches, value: 'DROP.'}}", arguments, schema: schema) == .allow)
    #expect(try effect("deny", "{s: {op: matches, value: '^ DROP'}}", arguments, schema: schema) == .allow)
  }

  /// Python writes an escape where a text within a list or an object has a line break, and both marks of quotation at once.
  @Test(
    "a rule that denies looks at each text and number within a list or an object too",
    arguments: [
      (#"{p: "/etc/*"}"#, #"["/srv/a", "/etc/shadow"]"#), (#"{p: {op: equals, value: x}}"#, #"{"a": ["x"]}"#),
      (#"{p: {op: matches, value: 'DROP\s+TABLE'}}"#, #"["DROP\nTABLE t"]"#),
      (#"{p: {op: contains, value: "n='a'"}}"#, #"["n='a' -- \""]"#), (#"{p: {op: in, value: [7]}}"#, "[7.0]"),
      (#"{p: {op: not_in, value: ["['a', 'b']"]}}"#, #"["a", "b"]"#), (#"{p: {op: gt, value: 5}}"#, #"{"n": 6}"#),
      (#"{p: {op: matches, value: ^b}}"#, ##""[\"a\", \"b\"]""##),
      (#"{p: {op: matches, value: ^LD_}}"#, #"{"LD_PRELOAD": "a"}"#), (#"{p: b}"#, #"[{"b": 1}]"#),
    ])
  func textsWithin(when: String, value: String) throws {
    for schema in [nil, #"{"properties": {"p": {"type": ["string", "array", "object"]}}}"#] {
      #expect(try effect("deny", when, #"{"p": \#(value)}"#, schema: schema) == .deny)
    }
    #expect(try effect("deny", "{p: z}", #"{"p": \#(value)}"#, schema: nil) == .allow)
  }

  @Test("an expression is looked for in all of what a list or an object holds")
  func longLists() throws {
    let padding = String(repeating: "x", count: 8192)
    let arguments = #"{"u": [{"a": "SELECT \#(padding)"}, {"b": "DROP"}]}"#
    #expect(try effect("deny", "{u: {op: matches, value: DROP}}", arguments) == .deny)
    #expect(try effect("allow", "{u: {op: matches, value: '^(?!.*DROP)'}}", arguments) == .deny)
    #expect(try effect("allow", "{u: {op: matches, value: 'SELECT'}}", arguments) == .allow)
  }

  @Test("what some servers decode and we don't is in doubt: JSON that is nested too deeply")
  func deepTexts() throws {
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    let arguments = #"{"u": "{\"path\": \"/etc/x\", \"d\": \#(deep)}"}"#
    #expect(try effect("deny", #"{u: "{'path'*"}"#, arguments) == .deny)
    #expect(try effect("allow", #"{u: "{*"}"#, arguments) == .deny)
    #expect(try effect("allow", #"{s: "{*"}"#, arguments.replacing("\"u\"", with: "\"s\"")) == .allow)
  }

  @Test("without a schema a text that holds JSON is judged in both readings")
  func bothReadings() throws {
    let arguments = #"{"paths": "[\"/etc/shadow\"]"}"#
    // The SDK reads a list as Python writes it.
    #expect(try effect("deny", #"{paths: "*'/etc/shadow'*"}"#, arguments, schema: nil) == .deny)
    #expect(try effect("deny", #"{paths: '*"/etc/shadow"*'}"#, arguments, schema: nil) == .deny)
    #expect(try effect("allow", #"{paths: '*"/etc/shadow"*'}"#, arguments, schema: nil) == .deny)
    #expect(try effect("allow", #"{paths: "*shadow*"}"#, arguments, schema: nil) == .allow)
  }
}
