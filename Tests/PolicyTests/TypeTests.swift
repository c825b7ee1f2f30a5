import DataLoss
import Testing
import Wire

@testable import Policy
@testable import Python

/// Arguments are taken as servers take them (MCP servers decode JSON that stands in a text).
struct TypeTests {
  @Test(
    "a value of the wrong type satisfies no rule that lets through, and every rule that denies",
    arguments: [
      (#"{n: {op: lt, value: 10}}"#, #"{"n": "07"}"#), (#"{n: {op: gt, value: 10}}"#, #"{"n": "1e0"}"#),
      (#"{n: {op: gt, value: 10}}"#, #"{"n": "7.5"}"#), (#"{n: {op: gt, value: 10}}"#, #"{"n": " 7"}"#),
      (#"{n: {op: gt, value: 10}}"#, #"{"n": "1234567890123456"}"#), (#"{f: 5.1}"#, #"{"f": "5.10"}"#),
      (#"{n: x}"#, #"{"n": "[7]"}"#), (#"{paths: x}"#, #"{"paths": "{}"}"#), (#"{paths: x}"#, #"{"paths": "a,b"}"#),
      (#"{paths: "*"}"#, #"{"paths": "[\"/etc/shadow\"]"}"#), (#"{s: "x"}"#, #"{"s": 5}"#),
      (#"{o: "x"}"#, #"{"o": true}"#),
      (#"{n: 1.5}"#, #"{"n": 1.5}"#),
    ])
  func wrongTypes(when: String, arguments: String) throws {
    #expect(try effect("allow", when, arguments) == .deny)
    #expect(try effect("deny", when, arguments) == .deny)
  }

  @Test(
    "an argument with the name of a caller's property opens nothing, and closes as before",
    arguments: ["user_id", "user_group", "agent_id", "client_name", "project_id"])
  func callers(key: String) throws {
    #expect(try effect("allow", "{\(key): boss}", #"{"\#(key)": "boss"}"#, schema: nil) == .deny)
    #expect(
      try effect("allow", "{\(key): {op: not_in, value: [guest]}}", #"{"\#(key)": "guest"}"#, schema: nil) == .deny)
    #expect(try effect("deny", "{\(key): guest}", #"{"\#(key)": "guest"}"#, schema: nil) == .deny)
    #expect(try effect("deny", "{\(key): guest}", #"{"\#(key)": "boss"}"#, schema: nil) == .allow)
  }

  @Test("an argument of such a name that the tool asks for is one like any other")
  func declaredCallers() throws {
    let schema = #"{"type": "object", "properties": {"project_id": {"type": "integer"}}}"#
    let other = #"{"type": "object", "properties": {"user_id": {"type": "integer"}}}"#
    let when = "{project_id: {op: in, value: [7]}}"
    #expect(try effect("allow", when, #"{"project_id": 7}"#, schema: schema) == .allow)
    #expect(try effect("allow", when, #"{"project_id": 8}"#, schema: schema) == .deny)
    #expect(try effect("allow", when, #"{"project_id": 7}"#, schema: other) == .deny)
    #expect(try effect("deny", when, #"{"project_id": 7}"#, schema: schema) == .deny)
  }

  @Test(
    "a value of the right type is judged by what it is",
    arguments: [
      (#"{n: {op: lt, value: 10}}"#, #"{"n": 7}"#), (#"{n: "7.0"}"#, #"{"n": 7.0}"#),
      (#"{s: "[[]1]"}"#, #"{"s": "[1]"}"#),
      (#"{o: "x"}"#, #"{"o": "x"}"#), (#"{n: {op: exists}}"#, #"{"n": "7"}"#),
    ])
  func rightTypes(when: String, arguments: String) throws {
    #expect(try effect("allow", when, arguments) == .allow)
    #expect(try effect("deny", when, arguments) == .deny)
  }

  /// TypeScript and Python servers silently drop arguments that they do not ask for.
  @Test("an argument that the tool does not ask for opens nothing, and closes as before")
  func undeclared() throws {
    let schema = #"{"type": "object", "properties": {"paths": {"type": "array"}}}"#
    let decoy = #"{"path": "/srv/a", "paths": ["/etc/shadow"]}"#
    #expect(try effect("allow", #"{path: "/srv/*"}"#, decoy, schema: schema) == .deny)
    #expect(try effect("allow", #"{path: {op: exists}}"#, decoy, schema: schema) == .deny)
    #expect(try effect("deny", #"{path: "/srv/*"}"#, decoy, schema: schema) == .deny)
    #expect(try effect("deny", #"{path: {op: not_exists}}"#, decoy, schema: schema) == .deny)
    #expect(try effect("deny", #"{path: "/etc/*"}"#, decoy, schema: schema) == .allow)
  }

  @Test(
    "what a tool may ask for without saying so is an argument like any other",
    arguments: [
      nil, #"{"type": "object"}"#, #"{"properties": {"p": {}}, "additionalProperties": true}"#,
      #"{"properties": {"p": {}}, "additionalProperties": {"type": "string"}}"#,
      #"{"properties": {"p": {}}, "patternProperties": {"^pa": {}}}"#, #"{"properties": {"p": {}}, "allOf": [{}]}"#,
      #"{"properties": {"path": true}}"#,
    ])
  func perhapsDeclared(schema: String?) throws {
    #expect(try effect("allow", #"{path: "/srv/*"}"#, #"{"path": "/srv/a"}"#, schema: schema) == .allow)
  }

  @Test("an argument that the tool does not ask for does not stand before the text that it acts on")
  func decoyTexts() throws {
    let schema = #"{"type": "object", "properties": {"sql": {"type": "string"}}}"#
    let decoy = #"{"command": "x", "sql": "DROP TABLE t"}"#
    #expect(try effect("deny", "{input_text: {op: contains, value: DROP}}", decoy, schema: schema) == .deny)
    #expect(try effect("allow", "{input_text: x}", decoy, schema: schema) == .deny)
    #expect(try effect("allow", "{input_text: \"DROP*\"}", #"{"sql": "DROP TABLE t"}"#, schema: schema) == .allow)
    #expect(try effect("deny", "{input_text: y}", decoy, schema: schema) == .allow)
    // Of a tool that was never listed, any of them may be the text.
    #expect(try effect("deny", "{input_text: {op: contains, value: DROP}}", decoy, schema: nil) == .deny)
    #expect(try effect("allow", "{input_text: x}", decoy, schema: nil) == .deny)
    #expect(try effect("deny", "{input_text: y}", decoy, schema: nil) == .allow)
    #expect(try effect("allow", "{input_text: x}", #"{"command": "x", "z": "y", "sql": ""}"#, schema: nil) == .allow)
  }

  @Test(
    "what is no boolean is in doubt where booleans are compared, if the tool may take one",
    arguments: ["true", "{op: equals, value: true}", "{op: in, value: [true]}", "{op: not_in, value: [false]}"],
    [#""yes""#, #""true""#, "1", "1.0", #""on""#, #"["no"]"#, #"{"a": "no"}"#])
  func valuesThatAreNoBooleans(test: String, value: String) throws {
    for schema in [nil, #"{"properties": {"b": {"type": ["boolean", "string", "number"]}}}"#] {
      #expect(try effect("deny", "{b: \(test)}", #"{"b": \#(value)}"#, schema: schema) == .deny)
      #expect(try effect("allow", "{b: \(test)}", #"{"b": \#(value)}"#, schema: schema) == .deny)
      #expect(try effect("allow", "{b: {op: not_in, value: [true]}}", #"{"b": \#(value)}"#, schema: schema) == .deny)
      #expect(try effect("deny", "{b: \(test)}", #"{"b": false}"#, schema: schema) == .allow)
      #expect(try effect("allow", "{b: \(test)}", #"{"b": true}"#, schema: schema) == .allow)
    }
    #expect(try effect("deny", "{s: true}", #"{"s": "yes"}"#) == .allow)
    #expect(try effect("deny", "{s: 'T*'}", #"{"s": "yes"}"#, schema: nil) == .allow)
  }

  @Test(
    "a reading of some servers that keeps a rule from letting through is told",
    arguments: [
      ("{o: {op: not_in, value: [main]}}", #"{"o": "null"}"#), (#"{u: '["/srv*'}"#, #"{"u": "[\"/srv/a\"]"}"#),
      ("{n: {op: not_in, value: [7]}}", #"{"n": 7.0}"#), ("{user_id: boss}", #"{"user_id": "boss"}"#),
      ("{s: {op: matches, value: '^(?!.*z)'}}", #"{"s": "\#(String(repeating: "a", count: 9000))z"}"#),
    ])
  func doubtsAreTold(when: String, arguments: String) throws {
    let policy = try localPolicy("rules: [{allow: \"t:m\", when: \(when)}]")
    let schema = when.contains("user_id") ? nil : argumentSchema
    let decision = policy.decide(try toolCall("t", "m", arguments, schema: schema))
    #expect(decision.effect == .deny)
    #expect(decision.doubts.count == 1)
  }

  @Test("of a repeated key the last value alone is told, as in the SDK, if nothing can be masked")
  func repeatedKeysThatCantBeMasked() throws {
    let policy = try localPolicy(
      """
      rules: [{allow: "t"}]
      dlp_rules:
        - {id: m, pattern: y, category: custom, action: mask}
        - {id: w, pattern: x, category: weird}
      """)
    let arguments = try JSONDocument(parsing: Array(#"{"a": "x", "a": "y"}"#.utf8)[...], options: .python)
    let call = Call(
      tool: Array("t".utf8), method: Array("m".utf8), arguments: (arguments, arguments.root), context: Context())
    #expect(policy.judge(call, rewrites: false).dataLoss.status == .maskUnsupported)
  }

  @Test("what a path into the arguments leads to has to be asked for too")
  func undeclaredPaths() throws {
    let schema = #"{"properties": {"o": {"type": "object", "properties": {"a": {"type": "string"}}}}}"#
    func effect(_ effect: String, _ when: String) throws -> Effect {
      let policy = try localPolicy(
        "dialect: czproxy/1\nsettings: {default_action: \(effect == "deny" ? "allow" : "deny")}\n"
          + "rules: [{effect: \(effect), action: \"t:m\", when: \(when)}]")
      return policy.decide(try toolCall("t", "m", #"{"o": {"a": "x", "b": "x"}, "p": "x"}"#, schema: schema)).effect
    }
    #expect(try effect("allow", "{args.o.a: x}") == .allow)
    for key in ["args.o.b", "args.p"] {
      #expect(try effect("allow", "{\(key): x}") == .deny)
      #expect(try effect("deny", "{\(key): x}") == .deny)
      #expect(try effect("deny", "{\(key): y}") == .allow)
    }
  }

  /// To JavaScript they are one number, and Python servers that ask for an integer take each for it.
  @Test("a whole number is found in every spelling", arguments: ["7", "7.0", "7e0", "70e-1", "0.7E+1"])
  func wholeNumbers(number: String) throws {
    let arguments = #"{"n": \#(number)}"#
    for schema in [argumentSchema, nil] {
      #expect(try effect("deny", "{n: {op: in, value: [7]}}", arguments, schema: schema) == .deny)
      #expect(try effect("deny", "{n: 7}", arguments, schema: schema) == .deny)
      #expect(try effect("deny", "{n: {op: matches, value: '^7$'}}", arguments, schema: schema) == .deny)
      #expect(try effect("allow", "{n: {op: not_in, value: [7]}}", arguments, schema: schema) == .deny)
      #expect(try effect("deny", "{n: {op: in, value: [8, 70]}}", arguments, schema: schema) == .allow)
      #expect(try effect("allow", "{n: {op: not_in, value: [8]}}", arguments, schema: schema) == .allow)
    }
    // Servers that ask for a number take a text that holds one.
    for text in [number, " \(number) ", "+\(number)", "0\(number)"] {
      let arguments = #"{"n": "\#(text)", "s": "\#(text)"}"#
      for schema in [#"{"properties": {"n": {"type": ["string", "number"]}}}"#, nil] {
        #expect(try effect("deny", "{n: 7}", arguments, schema: schema) == .deny)
        #expect(try effect("allow", "{n: {op: not_in, value: [7]}}", arguments, schema: schema) == .deny)
        #expect(try effect("deny", "{n: 8}", arguments, schema: schema) == .allow)
      }
      if text != "7" { #expect(try effect("deny", "{s: 7}", arguments) == .allow) }
    }
  }

  @Test("an argument that the tool may not have does not stand before the text that it surely acts on")
  func decoysOfOpenSchemas() throws {
    let schema = #"{"properties": {"sql": {"type": "string"}}, "additionalProperties": true}"#
    let decoy = #"{"command": "x", "sql": "DROP TABLE t"}"#
    #expect(try effect("deny", "{input_text: {op: contains, value: DROP}}", decoy, schema: schema) == .deny)
    #expect(try effect("deny", "{input_text: x}", decoy, schema: schema) == .deny)
    #expect(try effect("allow", "{input_text: x}", decoy, schema: schema) == .deny)
    #expect(try effect("allow", "{input_text: x}", #"{"command": "x"}"#, schema: schema) == .allow)
  }

  @Test("an integer that doubles can't hold is found by the one that JavaScript takes it for")
  func integersOfJavaScript() throws {
    let arguments = #"{"n": 9007199254740993}"#
    #expect(try effect("deny", "{n: 9007199254740992}", arguments) == .deny)
    #expect(try effect("deny", "{n: 9007199254740993}", arguments) == .deny)
    #expect(try effect("deny", "{n: 9007199254740994}", arguments) == .allow)
    #expect(try effect("allow", "{n: {op: not_in, value: [9007199254740992]}}", arguments) == .deny)
  }

  @Test(
    "a number that Python can't make a float of stops the SDK, whatever it is compared with",
    arguments: ["{op: gt}", "{op: lt, value: x}", "{op: gte, value: true}", "{op: lte, value: 1}"])
  func integersBeyondFloats(test: String) throws {
    let policy = try localPolicy("version: '1'\nrules:\n  - allow: t\n    when: {n: \(test)}\n  - allow: t\n")
    func decision(_ number: String) throws -> Decision {
      let arguments = try parsed(#"{"n": \#(number)}"#)
      let call = Call(
        tool: Array("t".utf8), method: Array("m".utf8), arguments: (arguments, arguments.root), context: Context())
      return policy.decide(call)
    }
    #expect(try decision("1" + String(repeating: "0", count: 400)).policyID == "synthetic:ENGINE_UNAVAILABLE")
    #expect(try decision("7").policyID == "rule-1")
  }

  @Test(
    "a name that holds what a rule masks or blocks denies the call, where the tool does not bring it",
    arguments: [
      (#"{"ACCT-1": 1}"#, true), (#"{"o": {"x": {"ACCT-1": "a"}}}"#, true), (#"{"l": [{"ACCT-1": "a"}]}"#, true),
      (#"{"ACCT-2": 1}"#, false), (#"{"ACCT-9": 1}"#, false), (#"{"ACCT-\n1": 1}"#, false),
      (#"{"o": {"": "a"}}"#, false),
    ])
  func sensitiveNames(arguments: String, isDenied: Bool) throws {
    let schema = #"{"properties": {"ACCT-2": {"type": "integer"}, "o": {"type": "object"}}}"#
    for action in ["mask", "block"] {
      let policy = try localPolicy(
        """
        rules: [{allow: t}]
        dlp_rules:
          - {id: a, pattern: 'ACCT-[0-8]', action: \(action)}
          - {id: b, pattern: 'ACCT-9', action: detect}
        """)
      let call = try toolCall("t", "m", arguments, schema: schema)
      #expect((policy.judge(call).decision.reasonCode == "DLP_BLOCKED") == isDenied)
      let inSDK = try parsed(arguments)
      let call2 = Call(
        tool: Array("t".utf8), method: Array("m".utf8), arguments: (inSDK, inSDK.root), context: Context())
      #expect(policy.judge(call2).decision.effect == .allow)
    }
  }

  /// Servers decode JSON that stands in a text where they ask for more than a text; its escapes hide what is looked for.
  @Test(
    "what escapes hide in JSON within a text denies the call, where the tool may decode it",
    arguments: [
      (#"{"l": "[\"\\u0041CCT-1\"]"}"#, true), (#"{"u": "{\"a\": [\"ACC\\u0054-1\"]}"}"#, true),
      (#"{"u": "{\"\\u0041CCT-1\": 1}"}"#, true), (#"{"u": "{\"a\": \"\\u0041CCT-1\", \"a\": 1}"}"#, true),
      (#"{"u": " [\"ACCT-1\", \"\\u0041CCT-1\"]"}"#, true), (#"{"n": {"m": "[\"\\u0041CCT-1\"]"}}"#, true),
      // As the text that it is.
      (#"{"s": "[\"\\u0041CCT-1\"]"}"#, false), (#"{"u": "\\u0041CCT-1"}"#, false),
      (#"{"u": "[\\u0041CCT-1]"}"#, false),
      (#"{"u": "[\"ACCT-1\\n\"]"}"#, false), (#"{"u": "[\"\\u0041CCT-9\"]"}"#, false),
    ])
  func hiddenTexts(arguments: String, isDenied: Bool) throws {
    let policy = try localPolicy(
      """
      rules: [{allow: t}]
      dlp_rules: [{id: a, pattern: 'ACCT-[0-8]', action: mask}, {id: b, pattern: 'ACCT-9', action: detect}]
      """)
    let schema = #"{"properties": {"l": {"type": "array"}, "s": {"type": "string"}, "n": {"type": "object"}, "u": {}}}"#
    let judgement = policy.judge(try toolCall("t", "m", arguments, schema: schema))
    #expect((judgement.decision.reasonCode == "DLP_BLOCKED") == isDenied)
  }

  /// A seed of the differential: there it could not be put on record, and so denied.
  @Test("beside masks a rule without an action is not on record, as in the SDK")
  func unknownActionsBesideMasks() throws {
    let policy = try localPolicy(
      """
      rules: [{allow: t}]
      dlp_rules:
        - {id: 5, name: '', pattern: '.', category: custom, action: other}
        - {id: m, pattern: xy, category: custom, action: mask}
      """)
    let judgement = policy.judge(try toolCall("t", "m", #"{"a": "xy"}"#))
    #expect(judgement.decision.effect == .allow && judgement.dataLoss.findings.totals.map(\.ruleID) == ["m"])
    #expect(policy.judge(try toolCall("t", "m", #"{"a": "z"}"#)).decision.effect == .deny)
  }

  @Test("the SDK's own form of a call knows no types")
  func sdkForm() throws {
    let policy = try localPolicy("version: '1'\nrules:\n  - allow: t\n    when: {n: {op: lt, value: 10}}\n")
    let arguments = try parsed(#"{"n": "7"}"#)
    let call = Call(
      tool: Array("t".utf8), method: Array("m".utf8), arguments: (arguments, arguments.root), context: Context())
    #expect(policy.decide(call).effect == .allow)
  }

  @Test(
    "a key that some server takes for the one that a condition names can't slip past, nor open",
    arguments: ["paTh", "PATH", "path\\u0000x", "pat\\u0068\\u0000"])
  func lookAlikeKeys(key: String) throws {
    let denying = try localPolicy("rules: [{deny: s, when: {path: \"/etc/*\"}}, {allow: s}]")
    let allowing = try localPolicy("rules: [{allow: s, when: {path: \"/data/*\"}}]")
    let paths = try localPolicy("dialect: czproxy/1\nrules: [{deny: s, when: {args.o.path: \"/etc/*\"}}, {allow: s}]")
    for more in ["", #""path":"/data/a","#] {
      let call = try toolCall("s", "t", "{\(more)\"\(key)\":\"/etc/shadow\"}")
      #expect(denying.decide(call).effect == .deny)
      #expect(allowing.decide(call).effect == .deny)
      let nested = try toolCall("s", "t", "{\"o\":{\(more)\"\(key)\":\"/etc/shadow\"}}")
      #expect(paths.decide(nested).effect == .deny)
    }
    // Many arguments are looked up in another way.
    let filler = (0..<80).map { "\"k\($0)\":1" }.joined(separator: ",")
    #expect(denying.decide(try toolCall("s", "t", "{\(filler),\"\(key)\":\"/etc/shadow\"}")).effect == .deny)
    #expect(denying.decide(try toolCall("s", "t", "{\(filler),\"other\":\"/etc/shadow\"}")).effect == .allow)
  }

  /// Servers that take names in one style read arguments in another one too (`populate_by_name`, Go's `case:ignore`).
  @Test(
    "a key in another style than the tool's own is in doubt",
    arguments: ["filePath", "file-path", "FilePath", "filepath"])
  func keysOfOtherStyles(key: String) throws {
    let schema = #"{"properties": {"file_path": {"type": "string"}, "x": {}}}"#
    for filler in ["", (0..<80).map { "\"k\($0)\":1," }.joined()] {
      let arguments = "{\(filler)\"file_path\": \"/srv/a\", \"\(key)\": \"/etc/x\"}"
      #expect(try effect("deny", "{file_path: /etc/*}", arguments, schema: schema) == .deny)
      #expect(try effect("allow", "{file_path: /srv/*}", arguments, schema: schema) == .deny)
      #expect(try effect("deny", "{x: /etc/*}", arguments, schema: schema) == .allow)
    }
    // At a place within the arguments too.
    let nested = #"{"properties": {"o": {"type": "array", "items": \#(schema)}}}"#
    let denying = try localPolicy(
      "dialect: czproxy/1\nrules: [{deny: \"t:m\", when: {'args.o[*].file_path': /etc/*}}, {allow: t}]")
    for (key, effect) in [(key, Effect.deny), ("file", .allow), ("x", .allow)] {
      let arguments = #"{"o": [{"file_path": "/srv/a"}, {"\#(key)": "/etc/x"}]}"#
      #expect(denying.decide(try toolCall("t", "m", arguments, schema: nested)).effect == effect)
    }
    let both = #"{"properties": {"a_b": {}, "aB": {}}}"#
    #expect(try effect("allow", "{a_b: x}", #"{"a_b": "x", "aB": "y"}"#, schema: both) == .allow)
    #expect(try effect("allow", "{a_b: x}", #"{"a_b": "x", "aB": "y"}"#, schema: nil) == .allow)
    #expect(try effect("allow", "{a_b: x}", #"{"a_b": "x", "_": "y", "": "z"}"#, schema: both) == .allow)
  }

  /// JavaScript writes a list of one value as that value.
  @Test("what a list holds is not let through as something that is not listed")
  func exclusionsWithin() throws {
    let when = "{b: {op: not_in, value: [main, 7]}}"
    for value in [#"["main"]"#, #"["dev", "main"]"#, #"{"a": ["main"]}"#, #""[\"main\"]""#, "[7.0]"] {
      #expect(try effect("allow", when, #"{"b": \#(value)}"#, schema: nil) == .deny)
      #expect(try effect("allow", when, #"{"b": \#(value)}"#, schema: #"{"properties": {"b": {}}}"#) == .deny)
    }
    #expect(try effect("allow", when, #"{"b": ["dev", 8]}"#, schema: nil) == .allow)
  }

  @Test("half a surrogate pair in a name is a character of it, and does not vanish when case is folded")
  func halfASurrogatePair() throws {
    let half: [UInt8] = [0xed, 0xa0, 0x80]
    #expect(CaseFolding.folded(Array("AB".utf8) + half) == Array("ab".utf8) + half)
    let policy = try Policy.load(
      local: Array(#"{"version": "1", "rules": [{"allow": "s:ab\ud800"}]}"#.utf8), format: .json, fileName: "p.json")
    #expect(policy.decide(try toolCall("s", "ab")).effect == .deny)
  }
}
