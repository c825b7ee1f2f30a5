import Testing
import Wire

@testable import Policy

struct ReviewTests {
  private func review(_ rules: String, server: String? = nil, tools: [String]? = nil) throws -> [PolicyWarning] {
    try localPolicy("version: '1'\nrules:\n\(rules)").review(
      server: server.map { Array($0.utf8) }, tools: tools.map { $0.map { KnownTool(name: Array($0.utf8)) } })
  }

  @Test(
    "a condition on an argument that the tools of a rule do not have is told",
    arguments: [
      ("fs:edit", "path: /etc/*", "`path` is no argument of `edit`; `file_path` was meant?"),
      ("fs:read*", "path: /etc/*", "`path` is no argument of `read_all`; `paths` was meant?"),
      ("fs", "path: /etc/*", "`path` is no argument of `edit`, `read_all`, `time`; `file_path` was meant?"),
      ("fs:edit", "args.options.mode: x", "`args.options.mode` is no argument of `edit`"),
      ("fs:edit", "args.options.dry: true", nil), ("fs:read", "path: /etc/*", nil), ("fs:open", "anything: x", nil),
      // It may come from the context.
      ("fs:edit", "environment: prod", nil), ("fs", "user_id: u", nil), ("fs", "input_text: x", nil),
      ("other", "path: /etc/*", nil),
    ])
  func unknownArguments(pattern: String, condition: String, message: String?) throws {
    let string = #"{"type": "string"}"#
    let options = #"{"type": "object", "properties": {"dry": {"type": "boolean"}}}"#
    let tools = try [
      ("edit", #"{"properties": {"file_path": \#(string), "options": \#(options)}}"#),
      ("read", #"{"properties": {"path": \#(string)}}"#),
      ("read_all", #"{"properties": {"paths": {"type": "array"}}}"#),
      ("time", #"{"properties": {"zone": \#(string)}}"#), ("open", #"{"type": "object"}"#),
    ].map { name, schema in
      let schema = try parsed(schema)
      return KnownTool(name: Array(name.utf8), schema: (schema, schema.root))
    }
    let policy = try localPolicy("dialect: czproxy/1\nrules: [{deny: '\(pattern)', when: {\(condition)}}]\n")
    let found = policy.review(server: Array("fs".utf8), tools: tools).map(\.message)
    #expect(found.filter { $0.contains("argument") } == (message.map { ["rule 0: \($0)"] } ?? []))
  }

  @Test(
    "a rule that denies by what may be left out, and what then goes through, is told",
    arguments: [
      ("- deny: fs:a\n    when: {mode: x}\n  - allow: fs", "`mode` may be left out of a call of `a`"),
      ("- deny: fs\n    when: {mode: {op: not_in, value: [r]}}\n  - allow: fs", "`mode` may be left out"),
      (
        "- deny: fs:a\n    when: {args.mode: x}\n  - allow: fs:*\n    when: {path: /srv}", "`args.mode` may be left out"
      ),
      // It has to be said, or the tool says what it is.
      ("- deny: fs:a\n    when: {path: x}\n  - allow: fs", nil), ("- deny: fs:a\n    when: {n: 5}\n  - allow: fs", nil),
      // Nothing lets such a call through.
      ("- deny: fs:a\n    when: {mode: x}\n  - allow: fs:b", nil),
      ("- deny: fs:a\n    when: {mode: x}\n  - deny: fs:a\n    when: {mode: {op: not_exists}}\n  - allow: fs", nil),
      ("- deny: fs:a\n    when: {mode: x}\n  - allow: fs:a\n    when: {mode: {op: in, value: [r, w]}}", nil),
      // They are about that.
      ("- deny: fs:a\n    when: {mode: {op: exists}}\n  - allow: fs", nil),
      ("- allow: fs:a\n    when: {mode: x}\n  - allow: fs", nil),
    ])
  func leftOut(rules: String, message: String?) throws {
    let schema = try parsed(
      #"{"properties": {"path": {}, "mode": {"type": "string", "default": null}, "n": {"default": 1}}, "required": ["path"]}"#
    )
    let policy = try localPolicy("dialect: czproxy/1\nrules:\n  \(rules)\n")
    let tools = [KnownTool(name: Array("a".utf8), schema: (schema, schema.root))]
    let found = policy.review(server: Array("fs".utf8), tools: tools).map(\.message).filter { $0.contains("left out") }
    #expect(found.count == (message == nil ? 0 : 1), "\(found)")
    if let message { #expect(found.first?.contains(message) == true, "\(found)") }
  }

  @Test(
    "a rule that an earlier one takes all calls of is told",
    arguments: [
      ("*", "github:x"), ("*:*", "*"), ("github", "github:delete_*"), ("GitHub:*", "github:x"), ("a:b", "a:b"),
      ("*:list*", "notes:list_notes"), ("a:*", "a:[xy]"), ("a:*", "a:?"),
    ])
  func shadowed(first: String, second: String) throws {
    let found = try review("  - allow: '\(first)'\n  - deny: '\(second)'\n")
    #expect(found.contains { $0.line == 4 && $0.column == 5 && $0.message.contains("nothing reaches it") })
  }

  @Test(
    "a rule that some call reaches is not",
    arguments: [
      ("github:x", "github:*"), ("a:?", "a:*"), ("a:[xy]", "a:[xy]"), ("a:b", "a:B"), ("*:list", "a:list_x"),
    ])
  func notShadowed(first: String, second: String) throws {
    let found = try review("  - allow: '\(first)'\n  - deny: '\(second)'\n")
    #expect(!found.contains { $0.message.contains("nothing reaches it") })
  }

  @Test func aRuleWithConditionsHidesNothing() throws {
    let found = try review("  - allow: '*'\n    when: {a: x}\n  - deny: a:b\n")
    #expect(found.isEmpty)
  }

  @Test func anIDThatTwoRulesHaveIsTold() throws {
    let found = try review("  - {allow: 'a:x', id: one}\n  - allow: a:y\n  - {deny: 'a:z', id: one}\n")
    #expect(found.map(\.line) == [5] && found.map(\.column) == [5])
    #expect(found.first?.message.contains("`one` names the rule in line 3 too") == true)
    #expect(try review("  - {allow: 'a:x', id: one}\n  - {deny: 'a:z', id: two}\n  - allow: a:y\n").isEmpty)
  }

  @Test func aServerNamedLikeAFamilyIsTold() throws {
    let family = "  - deny: database:drop\n"
    #expect(try review(family, server: "postgres").contains { $0.message.contains("`database`") })
    #expect(try review(family + "  - allow: sqlite:read\n").contains { $0.message.contains("`database`") })
    #expect(try review("  - allow: github:read\n", server: "github").isEmpty)
  }

  @Test(
    "a server named like a family is nothing to tell of where no rule is for the family",
    arguments: ["", "  - allow: database:query\n", "  - deny: '*:drop'\n"])
  func aFamilyWithoutARule(other: String) throws {
    #expect(try review(other + "  - allow: sqlite:read\n").isEmpty)
    #expect(try review(other + "  - allow: sqlite:read\n", server: "sqlite").isEmpty)
  }

  @Test func aToolThatTheServerDoesNotHaveIsTold() throws {
    let found = try review(
      "  - deny: fs:wite_file\n  - deny: fs:write_*\n  - deny: fs:move_*\n  - allow: '*:nothing'\n  - allow: other:x\n",
      server: "fs", tools: ["write_file", "read_file"])
    #expect(found.map(\.line) == [3, 5])
    #expect(found.first?.message.contains("`write_file` was meant?") == true)
  }

  @Test func methodsAreNotTakenForToolsThatTheServerDoesNotHave() throws {
    let rules = "  - allow: ['fs:read_file', 'fs:resources/read', 'fs:prompts/get', 'fs:tasks/*']\n"
    #expect(try review(rules, server: "fs", tools: ["read_file"]).isEmpty)
  }

  @Test("the names that calls of every server have are not taken for servers", arguments: ["mcp__fs__*", "mcp.tool.*"])
  func namesWithoutAColon(pattern: String) throws {
    #expect(try review("  - allow: '\(pattern)'\n", server: "fs").isEmpty)
    #expect(try !review("  - allow: '*\(pattern)'\n").isEmpty)
  }

  @Test(
    "a policy without a rule for the server is told",
    arguments: [
      ("github", true), ("read_file", true), ("git*:read", true), ("fs", false), ("FS:x", false), ("*", false),
      ("*:read", false), ("f?:x", false), ("mcp__fs__read", false), ("m*", false), ("mcp.tool.call", false),
    ])
  func noRule(pattern: String, isTold: Bool) throws {
    let found = try review("  - allow: '\(pattern)'\n", server: "fs")
    #expect(found.contains { $0.message.contains("no rule is for the server `fs`") } == isTold)
  }

  @Test func aRuleForItsFamilyIsForAServer() throws {
    #expect(try review("  - deny: database\n", server: "sqlite").allSatisfy { !$0.message.contains("no rule") })
    #expect(try review("  - deny: 'Bash:rm'\n", server: "shell").allSatisfy { !$0.message.contains("no rule") })
  }

  @Test func aToolInThePlaceOfAServerIsTold() throws {
    let found = try review("  - allow: read\n  - allow: fs\n  - deny: other\n", server: "fs", tools: ["read", "fs"])
    #expect(found.map(\.line) == [3])
    #expect(found.first?.message.contains("`fs:read` was meant?") == true)
  }

  @Test(
    "a condition that nothing satisfies, or that asks for something else than it seems to, is told",
    arguments: [
      ("path: {within: /etc}", "without `op`"), ("path: [/etc, /root]", "`{op: in, value: …}`"),
      ("path: {op: in, values: [/etc]}", "`value` was meant?"), ("path: {op: equals}", "has no `value`"),
      ("path: {op: in, value: []}", "nothing satisfies"), ("n: {op: gt, value: 10 EUR}", "nothing satisfies"),
      ("n: {op: in_range, value: [1]}", "nothing satisfies"), ("args.path: /etc", "`dialect: czproxy/1`"),
      ("path: {op: equals, value: x, ignore_case: true}", "`ignore_case` is unknown"),
      ("path: {op: exists, value: false}", "`not_exists` was meant?"),
      ("path: {op: not_exists, value: 'false'}", "`exists` was meant?"),
      ("draft: 'true'", "without quotes"), ("draft: {op: in, value: ['False', \"false\"]}", "without quotes"),
      ("n: {op: in_range, value: [10, 1]}", "nothing satisfies"),
      ("n: {op: in_range, value: 10-1}", "nothing satisfies"), ("country: no", "YAML reads `False` here"),
      ("at: 12:30", "YAML reads `750` here"), ("at: {op: in_range, value: [09:00, 17:00]}", "YAML reads `1020` here"),
      ("mode: 0644", "YAML reads `420` here"), ("s: {op: in, value: [DE, NO]}", "YAML reads `False` here"),
      ("path: {op: equals, value: /etc/*}", "`glob` was meant?"), ("path: {op: in, value: [/root, /etc/*]}", "`glob`"),
      ("path: {op: contains, value: [a, b]}", "a list is compared as one text"),
    ])
  func conditionsThatAreNotMeant(condition: String, text: String) throws {
    let found = try review("  - deny: fs:a\n    when: {\(condition)}\n")
    #expect(found.count == 1 && found.first?.line == 3)
    #expect(found.first?.message.contains(text) == true)
  }

  @Test(
    "a condition that lets through more than it seems to is told",
    arguments: [
      ("url: 'https://docs.example.com*'", "the end of the host"),
      ("url: 'https://*.example.com/*'", "the end of the host"),
      ("url: {op: glob, value: '*://example.com/*'}", "the end of the host"),
      ("url: {op: matches, value: 'example\\.com/'}", "anywhere"), ("n: {op: matches, value: '^a$|b'}", "anywhere"),
      ("n: {op: matches, value: '(?i)a$'}", "anywhere"), ("n: {op: matches, value: '[|^]|^a'}", "anywhere"),
      ("command: 'git status*'", "`;`"), ("sql: {op: glob, value: 'SELECT *'}", "`;`"), ("cmd: 'ls*'", "`;`"),
      ("command: {op: matches, value: '^git '}", "`;`"), ("sql: {op: matches, value: '(?i)^select .*$'}", "`;`"),
      ("input_text: 'git *'", "`;`"), ("query: 'select *'", "`;`"), ("args.command: 'ls *'", "`;`"),
      ("command: {op: contains, value: git}", "`;`"),
      ("path: /srv/*", "`within`"), ("path: {op: glob, value: '~/work/*'}", "`within`"),
      ("path: {op: matches, value: '^/srv/'}", "`within`"), ("path: 'src/*'", "`within`"),
      ("file_path: {op: glob, value: '*/notes/*'}", "`within`"), ("uri: 'file:///srv/*'", "`within`"),
    ])
  func conditionsThatAreOpen(condition: String, text: String) throws {
    let dialect = condition.hasPrefix("args.") ? "dialect: czproxy/1\n" : ""
    let rules = "rules:\n  - allow: fs:a\n    when: {\(condition)}\n"
    let found = try localPolicy(dialect + rules).review()
    #expect(found.count == 1 && found.first?.message.contains(text) == true, "\(found)")
  }

  @Test(
    "a condition that lets through what it says is not, and none of a rule that denies",
    arguments: [
      "url: 'https://docs.example.com/*'", "url: 'https://docs.example.com/'", "query: 'cats *'",
      "url: {op: matches, value: '^https://docs[.]example[.]com/'}", "n: {op: matches, value: '^(a|b)'}",
      "n: {op: matches, value: '\\A(?i:a)|^b'}", "n: {op: matches, value: '(?i)^a'}",
      "n: {op: matches, value: '^[|(]a\\|b'}", "command: {op: in, value: [git status, ls]}", "command: git status",
      "command: {op: matches, value: '^git (status|log)( [a-z]+)*$'}", "title: 'a*'", "ref: 'feature/*'",
      "title: {op: contains, value: a}",
      "path: /srv", "path: '*.md'",
    ])
  func conditionsThatAreClosed(condition: String) throws {
    #expect(try review("  - allow: fs:a\n    when: {\(condition)}\n").isEmpty)
  }

  @Test(
    "a path that a rule denies by its text is told",
    arguments: ["path: /etc/*", "path: {op: glob, value: '/etc/*'}", "uri: 'file:///etc/*'"])
  func deniedPaths(condition: String) throws {
    let found = try review("  - deny: fs:a\n    when: {\(condition)}\n")
    #expect(found.count == 1 && found.first?.message.contains("`within`") == true, "\(found)")
    let others = "{url: 'http*', command: 'rm*', sql: {op: matches, value: drop}}"
    #expect(try review("  - deny: fs:a\n    when: \(others)\n").isEmpty)
  }

  @Test(
    "a condition that is meant is not",
    arguments: [
      "path: /etc", "path: {op: exists}", "path: {op: not_exists}", "path: {op: equals, value: ''}", "n: 5", "n: null",
      "n: {op: gt, value: '10'}", "n: {op: in, value: '1, 2'}", "n: {op: in_range, value: 1-2}",
      "path: {op: equals, value: x, case_insensitive: true}", "tags: {a: b}", "path: {op: exists, value: true}",
      "draft: true", "draft: 'True'", "n: {op: outside_range, value: [10, 1]}",
      "sql: {op: equals, value: 'SELECT * FROM t'}",
      "n: {op: in_range, value: [b, a]}", "path: {op: equals, value: '*'}",
    ])
  func conditionsThatAreMeant(condition: String) throws {
    #expect(try review("  - deny: fs:a\n    when: {\(condition)}\n").isEmpty)
  }

  @Test(
    "a place within the arguments that is written as elsewhere is told",
    arguments: [
      ("args.paths.*: x", "`args.paths[*]` was meant?"), ("arg.path: x", "`args.path` was meant?"),
      ("arguments.o.p: x", "`args.o.p` was meant?"),
    ])
  func placesThatAreNotMeant(condition: String, text: String) throws {
    let rules = "rules:\n  - deny: fs:a\n    when: {\(condition)}\n"
    let found = try localPolicy("dialect: czproxy/1\n" + rules).review()
    #expect(found.count == 1 && found.first?.message.contains(text) == true)
  }

  /// Of the SDK's own: only the tools that hosts bring by these names are looked into.
  @Test(
    "a rule by what statements or commands do is told of where it says nothing of a server",
    arguments: [
      ("database:admin", "sqlite", true), ("database:write", "postgres", true), ("file_delete", "shell", true),
      ("network:*", "shell", true), ("git_push:*", "powershell", true), ("database:admin", "database", false),
      ("file_delete", "Bash", false), ("file_delete", "github", false), ("database:query", "sqlite", false),
      ("database:*", "sqlite", false), ("file_delete", "sqlite", false),
    ])
  func classes(pattern: String, server: String, isTold: Bool) throws {
    let found = try review("  - deny: '\(pattern)'\n  - allow: '*'\n", server: server)
    #expect(found.contains { $0.line == 3 && $0.message.contains("says nothing of") } == isTold, "\(found)")
  }

  @Test func whatIsToldOfOneRuleIsToldOnce() throws {
    let found = try review("  - deny: database:drop\n  - allow: ['sqlite:a', 'sqlite:b', 'sqlite:c']\n")
    #expect(found.count == 1)
  }

  @Test(
    "a pattern that no call has is told",
    arguments: [
      "'fs:a, fs:b'", "'fs: a'", "'fs:a|fs:b'", "'fs:{a,b}'", "'fs:^a.*$'", "'fs/a'", "''", "[]", "['fs:a', '']",
    ])
  func patternsThatAreNotMeant(pattern: String) throws {
    #expect(try review("  - deny: \(pattern)\n").contains { $0.line == 3 && $0.message.contains("is for no call") })
  }

  @Test(
    "a pattern that some call has is not",
    arguments: ["fs:a", "'*'", "'*:*/*'", "'fs:tasks/*'", "'fs:[ab]?'", "mcp.tool.call", "mcp__fs__a", "'fs:a.b-c_d'"])
  func patternsThatAreMeant(pattern: String) throws {
    #expect(try !review("  - deny: \(pattern)\n").contains { $0.message.contains("is for no call") })
  }

  @Test(
    "a DLP rule that does less than it says is told",
    arguments: [
      ("action: masc", "`mask` was meant?"), ("action: redact", "only detects"),
      ("action: block, scopes: [gateway]", "left out"),
      ("action: block, context_required: true", "no `context_keywords`"),
    ])
  func detectionRulesThatAreNotMeant(members: String, text: String) throws {
    let policy = try localPolicy(
      "version: '1'\nrules: [{allow: a}]\ndlp_rules:\n  - {id: d, pattern: x, \(members)}\n")
    #expect(policy.warnings.count == 1 && policy.warnings.first?.line == 4)
    #expect(policy.warnings.first?.message.contains(text) == true)
  }

  @Test func anExpressionForNothingIsTold() throws {
    let warnings = try localPolicy("rules: [{allow: a}]\ndlp_rules: [{id: d, pattern: 'x*', action: mask}]\n").warnings
    #expect(warnings.count == 1 && warnings.first?.message.contains("an empty text") == true)
  }

  @Test(
    "`dlp_rules` that are no list of mappings are told", arguments: ["{d: {pattern: x}}", "x", "[d]", "[{id: d}, d]"])
  func detectionRulesThatAreNone(value: String) throws {
    let warnings = try localPolicy("rules: [{allow: a}]\ndlp_rules: \(value)\n").warnings
    #expect(warnings.last?.line == 2 && warnings.last?.message.contains("a mapping with `pattern`") == true)
    #expect(try localPolicy("rules: [{allow: a}]\ndlp_rules:\n").warnings.isEmpty)
  }

  @Test func anExplanationNamesWhatTurnedACallAwayAndNotItsValues() throws {
    let policy = try localPolicy(
      """
      version: "1"
      rules:
        - deny: other
        - deny: fs
          clients: [cursor]
        - deny: fs
          resources: ["mcp://fs/write"]
        - deny: fs
          when: {path: /etc/*, size: {op: gt, value: 5}}
        - allow: fs
        - deny: "*"
      """)
    let explanation = policy.explain(try toolCall("fs", "read", #"{"path": "/home/secret"}"#))
    #expect(
      explanation.steps.map(\.outcome) == [.action, .client, .resource, .condition(name: "path"), .decides])
    #expect(explanation.decision.evaluatedRules == 5)
    #expect(!"\(explanation)".contains("secret"))
  }
}
