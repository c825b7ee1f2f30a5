import DataLoss
import Testing

@testable import Policy

struct LoadingTests {
  private func diagnostics(_ yaml: String) -> [PolicyError.Diagnostic] {
    do throws(PolicyError) {
      _ = try Policy.load(local: Array(yaml.utf8), format: .yaml, fileName: "policy.yaml")
      return []
    } catch {
      return error.diagnostics
    }
  }

  @Test func allErrorsAreToldEachWithItsPlace() {
    let found = diagnostics(
      """
      version: 1
      settings: {default_action: maybe}
      rules:
        - allow: a
          deny: b
        - effect: audit
          action: x
        - allow: t
          when: {a: {op: foo}, b: {op: equals, value: 1}, c: {op: bar}}
        - allow: [1]
        - deny: t
          conditions: [1]
        - warn: t
      """)
    #expect(found.map(\.line) == [1, 2, 4, 6, 9, 9, 10, 12, 13])
    #expect(found.allSatisfy { $0.code == .validation })
  }

  @Test(
    "a file's suffix says what it holds",
    arguments: [
      ("policy.yaml", PolicyFormat.yaml), ("policy.YML", .yaml), ("a.json.yml", .yaml), ("/etc/a.yaml/p.Json", .json),
      ("yaml", nil), ("policy", nil), ("policy.yaml.bak", nil), ("policy.j\u{17f}on", nil), ("", nil),
    ])
  func suffixes(name: String, format: PolicyFormat?) { #expect(PolicyFormat(fileName: name) == format) }

  @Test(
    "a rule decides whatever its id is",
    arguments: ["NO_RULE_MATCH", "RESOURCE_GATE_SKIP", "ENGINE_UNAVAILABLE", "QUARANTINE", "AUDIT_UNAVAILABLE"])
  func idsOfNoRule(id: String) throws {
    let text = """
      rules:
        - {id: "synthetic:\(id)", deny: ["*:elicitation/create", "s:ask"]}
        - {allow: "*"}
      """
    let policy = try Policy.load(local: Array(text.utf8), format: .yaml, fileName: "p.yaml")
    #expect(policy.warnings.contains { $0.message.contains("as if no rule had decided") })
    func call(_ method: String) -> Call {
      Call(server: Array("s".utf8), method: Array(method.utf8), arguments: nil, context: Context())
    }
    #expect(policy.decideIfNamed(call("elicitation/create"))?.effect == .deny)
    let asked = call("ask")
    #expect(policy.decide(asked, alsoAs: call("other")).effect == .deny)
    #expect(policy.decide(call("other"), alsoAs: asked).effect == .deny)
    #expect(policy.judge(asked).dataLoss == .skipped(.policyDenied))
  }

  @Test(
    "a key that a rule does not have is told",
    arguments: [
      ("whne: {a: x}", "`when` was meant?"), ("reasn: x", "`reason` was meant?"), ("unless: {a: x}", "does nothing"),
      ("enabled: false", "does nothing"),
    ])
  func unknownKeys(member: String, told: String) throws {
    let warnings = try localPolicy("rules:\n  - allow: t\n    \(member)\n").warnings
    #expect(warnings.count == 1 && warnings[0].line == 3 && warnings[0].message.contains(told))
    #expect(warnings[0].column == 5 && warnings[0].description.hasPrefix("3:5: warning: rule 0: "))
    #expect(try localPolicy("rules: [{allow: t, description: x, x-owner: me}]").warnings.isEmpty)
    let elsewhere = try localPolicy(
      """
      settings: {defalt_action: allow}
      dlp_rules: [{id: x, pattern: x, actoin: mask, severity: 3}]
      rules: [{allow: t}]
      """
    ).warnings
    #expect(elsewhere.map(\.line) == [1, 2] && elsewhere.map(\.column) == [12, 33])
    let atRoot = try localPolicy("dlp_rule: []\nowner: me\nrules: [{allow: t}]").warnings
    let spelt = try localPolicy("dlpRules: []\nsettings: {defaultAction: deny}\nrules: [{allow: t}]").warnings
    #expect(spelt.count == 2 && spelt.allSatisfy { $0.message.contains("was meant?") })
    #expect(atRoot.map(\.message) == ["the policy: `dlp_rule` is unknown; `dlp_rules` was meant?"])
  }

  @Test(arguments: [("{}", true), ("[fail_closed]", true), ("newer", false), ("7", false), ("null", false)])
  func `a status that the SDK fails at is an error, an unknown one is ignored`(status: String, isError: Bool) {
    let found = diagnostics("settings: {enforcement_status: \(status)}\nrules: [{allow: t}]\n")
    #expect(found.map(\.code) == (isError ? [.validation] : []))
    #expect(found.allSatisfy { $0.line == 1 && $0.message.contains("`settings.enforcement_status` must be a text") })
  }

  @Test(
    "an error that beginners make says what to do",
    arguments: [
      ("rules:\n\t- deny: a", "found character that cannot start any token; indent by spaces, not by tabs"),
      ("rules:\n  - deny: @a", "a text that begins with it stands in quotes"),
      ("rules:\n  - deny: *:delete*", "a text that begins with `*` stands in quotes"),
      ("rules:\n  - deny: *delete", "a text that begins with `*` stands in quotes"),
      ("rules:\n  - deny: fs: write", "a text that holds `: ` stands in quotes"),
      ("rules:\n  - dney: a", "`dney` is unknown, `deny` was meant?"),
      ("rule:\n  - deny: a", "`rules` is missing; `rule` is unknown, `rules` was meant?"),
      ("rules:\n  - {effect: deny, allow: a}", "`effect` takes it from `action` or `actions`"),
      ("rules:\n  - {deny: a, when: {on: x}}", "not a boolean; in quotes it is one"),
      ("dialect: czproxy/1\nrules:\n  - {deny: a, when: {x: {op: within, value: ~/w}}}", "`~` is not read"),
      ("rules:\n  - {deny: a, when: {x: {op: mathces, value: y}}}", "`mathces`, `matches` was meant?"),
    ])
  func advice(yaml: String, told: String) {
    let errors = diagnostics(yaml)
    #expect(errors.count == 1 && errors[0].message.contains(told), "\(errors)")
  }

  @Test func whatStandsInAFileSteersNoTerminal() throws {
    let rule = #"{deny: "a*\e[2J", effects: 1, when: {"pa\e[31mth": {op: "w\nith", value: x}}}"#
    let errors = diagnostics("rules:\n  - \(rule)\n").map(\.message)
    #expect(errors.count == 1 && errors[0].contains(#"`pa\u{1b}[31mth` has the unknown operator `w\u{a}ith`"#))
    let warnings = try localPolicy("rules:\n  - \(rule.replacing("w\\nith", with: "exists"))\n").warnings
    #expect(!warnings.isEmpty && warnings.allSatisfy { $0.message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } })
  }

  @Test(
    "what is no YAML, or is more than is read, is a file that can't be loaded",
    arguments: [
      "a: [", "a: !x b", "a: =", "a: <<", "--- a\n--- b", "a: *b", "\u{1}", "a: !!int x", "a: ! =",
      "a: &x 1\nb: &x 1", "a: &x [&x 1]",
      String(repeating: "[", count: 200),
    ])
  func notLoaded(yaml: String) {
    #expect(diagnostics(yaml).map(\.code) == [.load])
  }

  /// The SDK stops where it compares such a key with the ones that it knows.
  @Test(
    "a key of a rule that is not a string is an error, as in the SDK",
    arguments: ["on: {branch: main}", "no: 5", "1: x", "1.5: x", "~: x", "2026-01-05: x"])
  func keysThatAreNoStrings(member: String) {
    let found = diagnostics("rules:\n  - deny: t\n    \(member)\n  - {allow: u, 'on': x}\n")
    #expect(found.map(\.code) == [.validation])
    #expect(found.map(\.line) == [3])
  }

  @Test(
    "a YAML value stands for what PyYAML makes of it",
    arguments: [
      ("1:30", "90"), ("1_0:30", "630"), ("1:3_0", "1:3_0"), ("1:30.5_0", "90.5"), ("1:3_0.5", "1:3_0.5"),
      ("1:30.5_x", "1:30.5_x"), ("1727:21:42.64", "6218502.64"), ("! 5", "5"), ("! '5'", "5"), ("! ''", "None"),
      ("!", "None"), ("'5'", "5"), ("!!str 5", "5"), ("{yes: a, 1: b, 1.0: c}", "{True: 'c'}"),
      ("{1: a, '1': b}", "{1: 'a', '1': 'b'}"), ("{0: a, -0.0: b, no: c}", "{0: 'c'}"), ("[! a, ! <<]", nil),
    ] as [(String, String?)])
  func yamlValues(yaml: String, text: String?) throws {
    let file = "rules:\n  - deny: t\n    id: \(yaml)\n"
    guard let text else { return #expect(diagnostics(file).map(\.code) == [.load]) }
    #expect(try localPolicy(file).summaries.map(\.policyID) == [text])
  }

  @Test func aByteOrderMarkIsNoPartOfAFile() throws {
    #expect(try localPolicy("\u{feff}version: '1'\nrules:\n  - {deny: t, id: x}\n").summaries.map(\.policyID) == ["x"])
  }

  @Test(
    "an effect that is no word can't be loaded, be it empty",
    arguments: ["[]", "{}", "[\"deny\"]", "{\"a\":1}"], ["", ",\"action\":\"x\""])
  func effectsThatAreNoWords(effect: String, action: String) {
    let payload = "{\"policies\":[{\"rules\":[{\"effect\":\(effect)\(action)}]}]}"
    #expect(throws: PolicyError.self) { try Policy.load(hosted: Array(payload.utf8), fileName: "payload") }
  }

  @Test func anErrorOfTheWholeFileHasNoEmptyPlace() {
    #expect(throws: PolicyError(.load, "larger than \(PolicyLimits.maxBytes) bytes", fileName: "big.yaml")) {
      let bytes = [UInt8](repeating: 0x20, count: PolicyLimits.maxBytes + 1)
      _ = try Policy.load(local: bytes, format: .yaml, fileName: "big.yaml")
    }
    let errors = PolicyError(
      fileName: "p.yaml",
      diagnostics: [
        .init(code: .load, message: "a"), .init(code: .validation, line: 2, message: "b"),
        .init(code: .validation, line: 3, column: 4, message: "c"),
      ])
    #expect(errors.lines == ["p.yaml: E1202: a", "p.yaml:2: E1201: b", "p.yaml:3:4: E1201: c"])
  }

  @Test func aliasesCountForAllTheyStandFor() {
    var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let names = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      yaml += "a\(level): &a\(level) [\(names)]\n"
    }
    #expect(diagnostics(yaml).map(\.code) == [.load])
  }

  @Test(
    "a key that stands twice is warned of, and the last one counts",
    arguments: [
      ("rules:\n  - allow: a\n    id: x\n    id: y\n", PolicyFormat.yaml, 4, 5),
      ("{\"rules\": [{\"allow\": \"a\",\n\"id\": \"x\",\n\"i\\u0064\": \"y\"}]}", .json, 3, 1),
    ])
  func repeatedKeys(text: String, format: PolicyFormat, line: Int, column: Int) throws {
    let policy = try Policy.load(local: Array(text.utf8), format: format, fileName: "policy")
    #expect(policy.warnings.map(\.line) == [line] && policy.warnings.map(\.column) == [column])
    #expect(policy.summaries.map(\.policyID) == ["y"])
  }

  @Test func aMergedKeyThatIsOverriddenIsNoRepetition() throws {
    let policy = try localPolicy("base: &b {allow: a, id: x}\nrules:\n  - <<: *b\n    id: y\n  - *b\n")
    #expect(policy.warnings.isEmpty)
    #expect(policy.summaries.map(\.policyID) == ["y", "x"])
  }

  @Test func aKeyOfTwoMergedMappingsIsWarnedOfWhereTheyDiffer() throws {
    let base = "a: &a {deny: t, id: x, reason: r}\nb: &b {allow: t, id: y, reason: r}\nrules:\n"
    let policy = try localPolicy(base.replacing("allow", with: "deny") + "  - <<: [*a, *b]\n")
    #expect(policy.warnings.map(\.line) == [1] && policy.warnings[0].message.contains("`id` stands in two mappings"))
    #expect(policy.summaries.map(\.policyID) == ["x"])
    #expect(try localPolicy(base.replacing("allow", with: "deny") + "  - <<: [*a, *b]\n    id: z\n").warnings.isEmpty)
  }

  @Test func aPayloadFromACacheThatIsNotFreshIsNotBelievedToBeEmpty() throws {
    let payload = Array("{\"policies\": [], \"metadata\": {\"active_policy_count\": 0}}".utf8)
    let call = try toolCall("s", "t")
    let fresh = try Policy.load(hosted: payload, fileName: "payload").decide(call)
    let stale = try Policy.load(hosted: payload, fileName: "payload", trustsEmpty: false).decide(call)
    #expect(fresh.effect == .allow && fresh.isObserveMode)
    #expect(stale.effect == .deny && stale.policyID == "synthetic:BUNDLE_MISSING")
  }

  @Test(
    "a date stands for the text that Python makes of it",
    arguments: [
      ("2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.100000-05:00"),
      ("2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43.100000-05:00"),
      ("2001-12-15T02:59:43.1Z", "2001-12-15 02:59:43.100000+00:00"),
      ("2002-12-14", "2002-12-14"),
      ("2001-1-4 1:02:03", "2001-01-04 01:02:03"),
      ("2001-12-14 21:59:43.1234567", "2001-12-14 21:59:43.123456"),
      ("2001-12-14T21:59:43-00:30", "2001-12-14 21:59:43-00:30"),
      ("2001-12-14 21:59:43. Z", "2001-12-14 21:59:43+00:00"),
      ("2001-1-4 1:2:3", nil), ("2001-12-14 21:59", nil), ("2001-12-14T21:59:43 +0530", nil), ("2001-1-4", nil),
    ] as [(String, String?)])
  func timestamps(yaml: String, text: String?) throws {
    #expect(try YAMLTimestamp(yaml)?.text == text)
  }

  @Test(arguments: ["2001-13-14", "2001-02-29", "0000-01-01", "2001-12-14 25:00:00", "2001-12-14T21:59:43+99:99"])
  func aDayThatThereIsNotCantBeLoaded(date: String) {
    #expect(diagnostics("rules:\n  - {allow: a, when: {d: \(date)}}\n").map(\.code) == [.load])
  }

  @Test(
    "a reason is told in the language that is asked for",
    arguments: [("", "no"), ("en", "no"), (" KO ", "안돼"), ("ko-KR", "안돼"), ("de", "no"), ("pt-br", "não")])
  func localizedReasons(locale: String, reason: String) throws {
    let map = #"{" Ko": "안돼", "pt-BR": "não", "de": ""}"#
    let withOthers = map.dropLast() + #", "ko": 5, "ko-KR": null}"#
    let local = try Policy.load(
      local: Array("rules:\n  - {deny: s, reason: 'no', reason_localized: \(map)}\n".utf8), format: .yaml,
      fileName: "p",
      locale: locale)
    let rule = #"{"effect":"deny","reason":"no","reason_localized":\#(withOthers)}"#
    let hosted = try Policy.load(
      hosted: Array("{\"policies\":[{\"rules\":[\(rule)]}]}".utf8), fileName: "p", locale: locale)
    for policy in [local, hosted] { #expect(policy.decide(try toolCall("s", "t")).reason == reason) }
  }
}
