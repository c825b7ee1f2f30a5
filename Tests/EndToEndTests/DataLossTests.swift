import Foundation
import Testing

/// Values that must not leave: in arguments, in answers, in anything that czproxy itself writes.
@Suite struct DataLossTests {
  private static let secret = "ACCT-918273"
  private static let token = "ghp_" + String(repeating: "a1B2", count: 9)

  private static func policy(_ rules: String = "", more: String = "") -> String {
    """
    version: "1"
    \(more)
    rules: [{allow: "s"}]
    dlp_rules:
      - {id: acct, name: account number, pattern: 'ACCT-[0-9]{6}', category: custom, action: mask}
      - {id: falcon, name: codename, pattern: 'Falcon', category: custom, action: block}
    \(rules)
    """
  }

  private static func row(_ session: ScriptedSession, _ event: String) throws -> [String: Any] {
    try #require(try session.scratch.rows().first { $0["event"] as? String == event })
  }

  @Test func `a masked value changes in the line, and every other byte stays`() throws {
    let session = try ScriptedSession(policy: Self.policy())
    func line(_ value: String) -> String {
      #"{"jsonrpc" : "2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{ "a":1.50, "b":["\#(value)"] } }}"#
    }
    session.process.send(line(#"pay \u0041CCT-918273\n now"#))
    #expect(try session.process.line().contains("[REDACTED-ACCT]"))
    try session.end()
    #expect(session.received == Data((line(#"pay [REDACTED-ACCT]\n now"#) + "\n").utf8))
    let row = try Self.row(session, "decision")
    #expect(row["decision"] as? String == "allow")
    #expect(row["dlp_masked"] as? Bool == true)
    #expect(row["dlp_mask_state"] as? String == "applied")
    #expect(value(row, "dlp_outcome", "details", "rules", 0, "rule_id") as? String == "acct")
    #expect(value(row, "dlp_findings", 0, "matched_text") as? String == "[REDACTED-ACCT]")
  }

  @Test func `a blocked value denies the call, and the rule that let it through stays named`() throws {
    let session = try ScriptedSession(policy: Self.policy())
    session.process.send(session.call(1, "echo", #"{"a":"about Falcon"}"#))
    let answer = try json(try session.process.line())
    #expect(value(answer, "result", "isError") as? Bool == true)
    let decision = value(answer, "result", "_meta", "ai.controlzero/decision")
    #expect(value(decision, "reason_code") as? String == "DLP_BLOCKED")
    #expect(value(decision, "policy_id") as? String == "rule-0")
    try session.end()
    #expect(session.received.isEmpty)
    #expect(try Self.row(session, "decision")["dlp_reason"] as? String == "blocking_finding")
  }

  @Test func `a match that spans two arguments denies`() throws {
    let rule = #"  - {id: pair, name: pair, pattern: 'left\s+right', category: custom, action: mask}"#
    let session = try ScriptedSession(policy: Self.policy(rule))
    session.process.send(session.call(1, "echo", #"{"a":"left","b":"right"}"#))
    #expect(try session.process.line().contains("spans argument boundaries"))
    try session.end()
    #expect(session.received.isEmpty)
  }

  @Test func `a masked number is denied where the tool's schema asks for a number`() throws {
    let rule = "  - {id: n, name: n, pattern: '4711', category: custom, action: mask}"
    let session = try ScriptedSession(
      policy: Self.policy(rule),
      server: [
        "--tools",
        #"[{"name":"echo","inputSchema":{"type":"object","properties":{"n":{"type":"integer"},"t":{"type":["string","integer"]}}}}]"#,
      ])
    session.process.send(#"{"jsonrpc":"2.0","id":0,"method":"tools/list"}"#)
    _ = try session.process.line()
    session.process.send(session.call(1, "echo", #"{"n":4711}"#))
    #expect(try session.process.line().contains("`n`"))
    session.process.send(session.call(2, "echo", #"{"t":4711}"#))
    #expect(try session.process.line().contains(#"{\"t\": \"[REDACTED-N]\"}"#))
    try session.end()
  }

  @Test func `any number of masked numbers is looked up in one walk`() throws {
    let rule = "  - {id: n, name: n, pattern: '4711', category: custom, action: mask}"
    let schema = #"{"properties":{"n":{"items":{"type":["string","integer"]}},"m":{"type":"integer"}}}"#
    let session = try ScriptedSession(
      policy: Self.policy(rule), server: ["--tools", #"[{"name":"size","inputSchema":\#(schema)}]"#])
    session.process.send(#"{"jsonrpc":"2.0","id":0,"method":"tools/list"}"#)
    _ = try session.process.line()
    let numbers = Array(repeating: "4711", count: 150_000).joined(separator: ",")
    session.process.send(session.call(1, "size", "{\"n\":[\(numbers)]}"))
    #expect(try !session.process.line().contains(#""isError":true"#))
    session.process.send(session.call(2, "size", "{\"n\":[\(numbers)],\"m\":4711}"))
    #expect(try session.process.line().contains("`m`"))
    try session.end()
  }

  @Test(arguments: [
    ("deny", #"{"base64":"aGVsbG8="}"#, false), ("scan", #"{"base64":"aGVsbG8="}"#, true),
    ("scan", #"{"base64":"RmFsY29u"}"#, false), ("scan", #"{"base64":"no base64!"}"#, false),
    ("allow", #"{"base64":"RmFsY29u"}"#, true), ("allow", #"{"base64":"Falcon"}"#, false),
  ])
  func `encoded arguments are denied, scanned or allowed`(mode: String, arguments: String, passes: Bool) throws {
    let session = try ScriptedSession(policy: Self.policy(), options: ["--dlp-encoded", mode])
    session.process.send(session.call(1, "echo", arguments))
    let line = try session.process.line()
    let isDenied = value(try json(line), "result", "isError") as? Bool ?? false
    #expect(isDenied != passes)
    if mode == "deny" { #expect(line.contains("`--dlp-encoded`") == isDenied) }
    try session.end()
    #expect(session.received.isEmpty != passes)
  }

  @Test func `arguments with more text than is scanned are denied, with the limit`() throws {
    let arguments = #"{"a":"\#(String(repeating: "a ", count: (1 << 19) + 1))"}"#
    for (options, passes) in [([], false), (["--dlp-max-bytes", "2000000"], true)] {
      let session = try ScriptedSession(policy: Self.policy(), options: options)
      session.process.send(session.call(1, "size", arguments))
      let line = try session.process.line()
      #expect(line.contains("1048576 bytes of text that are scanned; `--dlp-max-bytes`") != passes)
      try session.end()
      #expect(session.received.isEmpty != passes)
    }
  }

  @Test func `by default what a server answers is put on record and left as it is`() throws {
    let session = try ScriptedSession(policy: Self.policy())
    session.process.send(session.call(1, "say", #"{"parts":["\#(Self.token)"]}"#))
    #expect(try session.process.line().contains(Self.token))
    try session.end()
    let row = try Self.row(session, "outcome")
    #expect(row["dlp_output_status"] as? String == "findings")
    #expect(row["dlp_output_effect"] as? String == "recorded_only")
  }

  @Test func `answers are masked in place, also where a value is split over blocks`() throws {
    let session = try ScriptedSession(policy: Self.policy(), options: ["--dlp-results", "mask"])
    session.process.send(
      session.call(1, "say", #"{"parts":["t: \#(Self.token.prefix(9))","\#(Self.token.dropFirst(9)) ."]}"#))
    let answer = try json(try session.process.line())
    #expect(value(answer, "result", "content", 0, "text") as? String == "t: [REDACTED-CREDENTIAL-GITHUB-TOKEN]")
    #expect(value(answer, "result", "content", 1, "text") as? String == "[REDACTED-CREDENTIAL-GITHUB-TOKEN] .")
    try session.end()
    #expect(try Self.row(session, "outcome")["dlp_output_effect"] as? String == "masked")
  }

  @Test func `errors, prompts, resources, log messages and progress are masked too`() throws {
    let session = try ScriptedSession(policy: Self.policy(), options: ["--dlp-results", "mask"])
    for (id, method) in ["resources/read", "prompts/get", "vendor/method"].enumerated() {
      session.process.send(
        #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{"uri":"x","name":"y","say":["AC","CT-918273"]}}"#
      )
      let line = try session.process.line()
      #expect(line.contains("[REDACTED-ACCT]") && !line.contains(Self.secret))
    }
    for tool in ["say-error", "say-log"] {
      session.process.send(session.call(9, tool, #"{"parts":["AC","CT"]}"#))
      for _ in 0..<(tool == "say-log" ? 3 : 1) {
        let line = try session.process.line()
        #expect(!line.contains(Self.secret))
      }
    }
    try session.end()
    let observed = try session.scratch.rows().filter { $0["event"] as? String == "dlp_output_observation" }
    #expect(
      observed.map { $0["method"] as? String } == [
        "resources/read", "prompts/get", "vendor/method", "notifications/message", "notifications/progress",
      ])
  }

  @Test func `a policy of our dialect says per tool what becomes of answers`() throws {
    let more = "dialect: czproxy/1\nresults: {\"s:say\": {dlp: block}, \"s:*\": {dlp: off}}"
    let session = try ScriptedSession(policy: Self.policy(more: more))
    session.process.send(session.call(1, "say", #"{"parts":["\#(Self.token)"]}"#))
    let answer = try json(try session.process.line())
    #expect(value(answer, "result", "isError") as? Bool == true)
    let text = try #require(value(answer, "result", "content", 0, "text") as? String)
    #expect(text.hasPrefix("Withheld by Control Zero policy") && text.contains("It was executed"))
    session.process.send(session.call(2, "echo", #"{"a":"ghp_"}"#))
    _ = try session.process.line()
    try session.end()
    let outcomes = try session.scratch.rows().filter { $0["event"] as? String == "outcome" }
    #expect(outcomes.map { $0["dlp_output_effect"] as? String } == ["withheld", "recorded_only"])
    #expect(outcomes.map { $0["dlp_output_scanned"] as? Bool } == [true, false])
  }

  @Test func `observing changes nothing and records what would have been`() throws {
    let session = try ScriptedSession(policy: Self.policy(), options: ["--observe", "--dlp-results", "mask"])
    session.process.send(session.call(1, "say", #"{"parts":["ACCT-918273 and Falcon"]}"#))
    #expect(try session.process.line().contains("ACCT-918273 and Falcon"))
    try session.end()
    let row = try Self.row(session, "decision")
    #expect(row["decision"] as? String == "deny" && row["enforced"] as? Bool == false)
  }

  @Test func `no planted value is in a record, a report, a denial or a process title`() throws {
    let session = try ScriptedSession(policy: Self.policy(), options: ["--dlp-results", "block"])
    let planted = [Self.secret, Self.token, "Falcon-9", "123-45-6789"]
    for (id, text) in planted.enumerated() {
      session.process.send(session.call(id, "say", #"{"parts":["\#(text)"],"\#(text)":{"\#(text)":1}}"#))
      _ = try session.process.line()
    }
    let titles = try RunningProcess(["ps", "-eo", "args"])
    try titles.wait()
    try session.end()
    var written = session.process.errors.text + titles.output.text
    for name in try FileManager.default.subpathsOfDirectory(atPath: session.scratch.state) {
      written += String(decoding: session.scratch.read("state/\(name)"), as: UTF8.self)
    }
    #expect(written.contains("dlp_output_effect") && written.contains("<redacted-key>"))
    for text in planted { #expect(!written.contains(text)) }
  }

  @Test(arguments: [
    ("detect", 0, "-:1:3: acct: account number (custom, 11 bytes)\n", ""),
    ("mask", 0, "a [REDACTED-ACCT] b\n", ""),
    ("block", 3, "", "-:1:3: acct: account number (custom, 11 bytes)\n"),
  ])
  func `a text is scanned, masked or held back`(action: String, status: Int32, output: String, errors: String) throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", Self.policy())
    let process = try RunningProcess([Project.czproxy, "dlp", "scan", "--policy", policy, "--action", action])
    process.send("a \(Self.secret) b")
    process.closeInput()
    #expect(try process.wait() == status)
    #expect(process.output.text == output)
    #expect(process.errors.text == errors)
  }

  /// With `SIGPIPE` ignored, as under many hosts, since that would end the process before it could say anything.
  @Test(arguments: [
    ("dlp scan --action mask >&-", Int32(74), "czproxy: standard output can't be written\n"),
    ("dlp rules >&-", 74, "czproxy: standard output can't be written\n"),
    ("dlp scan /no/such/file", 1, "czproxy: can't read `/no/such/file`: No such file or directory\n"),
    ("dlp scan /", 1, "czproxy: can't read `/`: Is a directory\n"),
    ("dlp scan /no/such/file 2>&-", 1, ""),
  ])
  func `what can't be read or written is told, and nothing traps`(words: String, status: Int32, errors: String) throws {
    let process = try RunningProcess(["/bin/sh", "-c", "trap '' PIPE; exec \(Project.czproxy) \(words)"])
    process.send("a \(Self.secret) b")
    process.closeInput()
    #expect(try process.wait() == status)
    #expect(process.errors.text == errors)
  }

  @Test func `the active rules are listed, and one that is left out is told of`() throws {
    let scratch = try Scratch()
    let broken = "  - {id: broken, name: broken, pattern: '(', category: custom}"
    let policy = try scratch.file("policy.yaml", Self.policy(broken))
    let process = try RunningProcess([Project.czproxy, "dlp", "rules", "--policy", policy])
    #expect(try process.wait() == 0)
    #expect(process.output.text.split(separator: "\n").count == 67)
    #expect(process.output.text.contains("account number") && !process.output.text.contains("broken"))
    #expect(process.errors.text.contains("policy.yaml:7:5: warning: DLP rule `broken` is left out"))
  }
}
