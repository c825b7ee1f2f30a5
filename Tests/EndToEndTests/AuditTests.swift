import Foundation
import Testing

/// Every decision is on record before anything is forwarded, and the records can be proved whole.
@Suite struct AuditTests {
  private static func verify(_ scratch: Scratch, _ format: String = "text") throws -> (status: Int32, output: String) {
    let process = try RunningProcess(
      [Project.czproxy, "audit", "verify", "--state-dir", scratch.state, "--format", format])
    return (try process.wait(), process.output.text)
  }

  /// A session with one call allowed and one denied.
  private static func recorded() throws -> ScriptedSession {
    let session = try ScriptedSession()
    session.process.send(session.call(1, "echo", #"{"password":"hunter2"}"#))
    session.process.send(session.call(2, "forbidden", #"{"password":"hunter2"}"#))
    _ = try session.process.line()
    _ = try session.process.line()
    try session.end()
    return session
  }

  private static func segment(_ scratch: Scratch) throws -> String {
    let directory = "\(scratch.state)/audit"
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    return "\(directory)/\(try #require(names.last { $0.hasSuffix(".jsonl") }))"
  }

  @Test func `a session's rows tell what happened, in order, and never an argument's value`() throws {
    let session = try Self.recorded()
    let rows = try session.scratch.rows()
    let events = rows.map { $0["event"] as? String ?? "" }
    #expect(events.first == "session_start" && events.last == "session_end")
    #expect(events.filter { $0 == "decision" }.count == 2 && events.filter { $0 == "outcome" }.count == 1)
    let denied = try #require(rows.first { $0["decision"] as? String == "deny" })
    #expect(denied["policy_id"] as? String == "no-secrets")
    #expect(denied["args_keys"] as? [String] == ["password"])
    #expect(denied["enforced"] as? Bool == true)
    #expect(denied["subject"] as? String == "s:forbidden")
    let outcome = try #require(rows.first { $0["event"] as? String == "outcome" })
    #expect(outcome["is_error"] as? Bool == false)
    #expect((outcome["duration_ns"] as? Int ?? 0) > 0 && (outcome["bytes"] as? Int ?? 0) > 0)
    let text = try String(contentsOfFile: Self.segment(session.scratch), encoding: .utf8)
    #expect(!text.contains("hunter2"))
    #expect(try Self.verify(session.scratch).status == 0)
  }

  @Test func `every member of a row is in the table of docs/records.md`() throws {
    let session = try ScriptedSession(options: ["--tag", "a=b"])
    let meta = #""_meta":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","callId":"c"}"#
    session.process.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"a":"AKIAQYLPMN5HHHFPZAM2"},"#
        + meta + "}}")
    session.process.send(session.call(2, "forbidden"))
    session.process.send(#"{"jsonrpc":"2.0","id":3,"id":3,"method":"ping"}"#)
    session.process.send(#"{"jsonrpc":"2.0","id":4,"method":"tools/list"}"#)
    for _ in 0..<3 { _ = try session.process.line() }
    try session.end()
    let table = try String(contentsOfFile: "\(Project.root)/docs/records.md", encoding: .utf8)
    let rows = try session.scratch.rows()
    #expect(Set(rows.compactMap { $0["event"] as? String }).count >= 5)
    for name in Set(rows.flatMap(\.keys)) {
      #expect(table.contains("`\(name)`"), "\(name)")
    }
  }

  private static func summary(_ scratch: Scratch, _ words: String...) throws -> (status: Int32, output: String) {
    let process = try RunningProcess([Project.czproxy, "audit", "summary", "--state-dir", scratch.state] + words)
    return (try process.wait(), process.output.text)
  }

  @Test func `a summary of sessions without calls says so`() throws {
    let session = try ScriptedSession()
    session.process.send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
    _ = try session.process.line()
    try session.end()
    let result = try Self.summary(session.scratch)
    #expect(result.status == 0 && result.output.hasPrefix("no calls in "), "\(result.output)")
  }

  @Test func `what was called is counted by decision, and beside what another policy would decide`() throws {
    let session = try ScriptedSession(options: ["--observe"])
    for (id, tool) in ["echo", "echo", "echo", "forbidden", "risky", "sum"].enumerated() {
      session.process.send(session.call(id + 1, tool))
      _ = try session.process.line()
    }
    session.process.send(#"{"jsonrpc":"2.0","id":7,"id":7,"method":"ping"}"#)
    session.process.send(session.call(8, "echo"))
    _ = try session.process.line()
    try session.end()

    let now = try Self.summary(session.scratch)
    #expect(now.status == 0)
    #expect(
      now.output == """
        4  allow  s:echo  rule-2: Matched rule rule-2
        1  deny   s:forbidden  no-secrets: nobody may (observed: it went through)
        1  warn   s:risky  careful: Matched rule careful
        1  allow  s:sum  rule-2: Matched rule rule-2
        1 line was refused: `czproxy audit tail` has the reasons

        """)

    let other = try session.scratch.file(
      "other.yaml",
      """
      version: "1"
      rules:
        - {id: big, deny: "s:sum", when: {a: {gt: 5}}}
        - {id: no-echo, deny: "s:echo"}
        - {id: rest, allow: "s"}
      """)
    let then = try Self.summary(session.scratch, "--policy", other, "--since", "1d")
    #expect(then.status == 3)
    let labels = then.output.split(separator: "\n").prefix(4).map { $0.dropFirst(3).prefix(14) }
    #expect(labels == ["allow -> deny ", "deny -> allow ", "warn -> allow ", "allow -> ?    "])
    let rows = try Self.summary(session.scratch, "--policy", other, "--format", "json").output.split(separator: "\n")
    #expect(try rows.map { try value(json(String($0)), "would_be") as? String } == ["deny", "allow", "allow", nil])

    // The policy in force would change no decision; one that can't be determined does not count as a change.
    #expect(try Self.summary(session.scratch, "--policy", "\(session.scratch.path)/policy.yaml").status == 0)
    #expect(try Self.summary(session.scratch, "--since", "2999-01-01").status == 2)
    #expect(try Self.summary(session.scratch, "--since", "yesterday").status == 64)
    #expect(try Self.summary(session.scratch, "--policy", "\(session.scratch.path)/none.yaml").status == 1)
    #expect(try Self.summary(Scratch()).status == 2)
  }

  @Test func `whatever a call is called by, its row can be read`() throws {
    let session = try ScriptedSession()
    let long = String(repeating: "é", count: 100_000)
    let keys = (0..<3000).map { "\"k\($0)\":1" }.joined(separator: ",")
    session.process.send(session.call(1, "echo", "{\"\(long)\":1}"))
    session.process.send(session.call(2, "echo", "{\(keys)}"))
    session.process.send(session.call(3, "forbidden\(long)", "{}"))
    // If there are more names than are searched, none of them is recorded.
    session.process.send(session.call(4, "echo", "{\"\(long)\(long)\":1}"))
    for _ in 1...4 { _ = try session.process.line() }
    try session.end()
    let rows = try session.scratch.rows().filter { $0["event"] as? String == "decision" }
    let names = try rows.map { try #require($0["args_keys"] as? [String]) }
    #expect(names[0].first?.hasSuffix("é… (200000 bytes)") == true && names[3] == ["<redacted-key>"])
    #expect(names[1].count == 1001 && names[1].last == "… (2000 more)")
    #expect((rows[2]["subject"] as? String)?.hasSuffix("é… (200011 bytes)") == true)
    let longest = try String(contentsOfFile: Self.segment(session.scratch), encoding: .utf8).split(separator: "\n")
      .map(\.utf8.count).max()
    #expect(try #require(longest) < 1 << 20)
    #expect(try Self.verify(session.scratch).status == 0)
  }

  @Test func `a rule that only the family of a server's name brings in is on record, beside the one without it`() throws
  {
    let policy = """
      version: "1"
      rules:
        - {id: family, deny: "database:query"}
        - {id: name, allow: "postgres"}
      """
    let scratch = try Scratch()
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "postgres", "--policy", try scratch.file("policy.yaml", policy)]
        + ["--state-dir", scratch.state, "--"] + Project.scriptedServer)
    process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"query"}}"#)
    #expect(try process.line().contains("Denied by Control Zero policy"))
    process.closeInput()
    try process.wait()
    let row = try #require(try scratch.rows().first { $0["event"] as? String == "decision" })
    #expect(row["policy_id"] as? String == "family")
    #expect(row["match_semantics"] as? String == "new")
    #expect(row["divergent_rule_ids"] as? [String] == ["name", "family"])
  }

  @Test func `the directory and its files are for their owner alone`() throws {
    let session = try Self.recorded()
    func mode(_ path: String) throws -> Int {
      try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
    #expect(try mode("\(session.scratch.state)/audit") == 0o700)
    for suffix in ["", ".anchor", ".head"] { #expect(try mode(Self.segment(session.scratch) + suffix) == 0o600) }
  }

  @Test(arguments: [
    ("broken", "s/\"deny\"/\"allow\"/"), ("head_missing", "1d"), ("gap", "2d"), ("tail_missing", "$d"),
    ("junk", "2a junk"), ("order", "2{h;d};3G"),
  ])
  func `what was done to a segment has a name`(finding: String, edit: String) throws {
    let session = try Self.recorded()
    try RunningProcess(["sed", "-i", edit, Self.segment(session.scratch)]).wait()
    let (status, output) = try Self.verify(session.scratch)
    #expect(status == 1)
    #expect(output.contains(finding))
  }

  @Test(arguments: [
    ("rm -r audit", 0), ("mv audit elsewhere", 0), ("mv audit/*.jsonl audit/moved", 1),
    ("ln audit/*.jsonl link; rm audit/*.jsonl", 1),
  ])
  func `records are begun anew where theirs were removed or moved`(command: String, verified: Int32) throws {
    let session = try ScriptedSession()
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    try RunningProcess(["sh", "-c", "cd \(session.scratch.state); \(command)"]).wait()
    var id = 1
    // The place is looked at once a millisecond.
    repeat {
      id += 1
      session.process.send(session.call(id, "echo"))
      _ = try session.process.line()
    } while try session.scratch.rows().isEmpty && id < 1000
    try session.end()
    let events = try session.scratch.rows().map { $0["event"] as? String ?? "" }
    #expect(events == ["session_start", "decision", "outcome", "session_end"])
    #expect(try Self.verify(session.scratch).status == verified)
  }

  @Test func `a segment that is deleted shows in the next one`() throws {
    let session = try Self.recorded()
    let second = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--state-dir", session.scratch.state, "--", "true"])
    try second.wait()
    let first = "\(session.scratch.state)/audit"
    let names = try FileManager.default.contentsOfDirectory(atPath: first).filter { $0.hasSuffix(".jsonl") }.sorted()
    try FileManager.default.removeItem(atPath: "\(first)/\(try #require(names.first))")
    let (status, output) = try Self.verify(session.scratch)
    #expect(status == 1)
    #expect(output.contains("segment_missing"))
  }

  @Test func `a killed session is unclosed, and whole`() throws {
    let session = try ScriptedSession()
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    #expect(try Self.verify(session.scratch).output.contains("open"))
    session.process.send(signal: SIGKILL)
    try session.process.wait()
    let (status, output) = try Self.verify(session.scratch)
    #expect(status == 0)
    #expect(output.contains("unclosed"))
  }

  @Test func `a call that can't be put on record is denied and says why`() throws {
    // A file may grow to 4 KiB: enough for the first rows, and then for no more.
    let session = try ScriptedSession(shell: "ulimit -f 4; trap '' XFSZ")
    var denial = ""
    for id in 1...20 where denial.isEmpty {
      session.process.send(session.call(id, "nothing"))
      let line = try session.process.line()
      if line.contains("AUDIT_UNAVAILABLE") { denial = line }
    }
    #expect(denial.contains("can't be put on record") && denial.contains("--state-dir"))
    try session.process.report(containing: "the audit record can't be written")
    try session.end()
    #expect(try Self.verify(session.scratch).status == 0)
  }

  @Test(arguments: [(["--audit-failure", "allow"], true), ([], false)])
  func `without a place for records calls are denied, unless it was asked for`(
    options: [String], passes: Bool
  ) throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let obstacle = try scratch.file("file", "")
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", "\(obstacle)/state"]
        + options + ["--"] + Project.scriptedServer)
    process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#)
    #expect(try process.line().contains("AUDIT_UNAVAILABLE") != passes)
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  @Test func `the real package's verifier accepts our rows`() throws {
    let session = try Self.recorded()
    let script =
      "import sys; from pathlib import Path; from controlzero.audit_chain import verify_log; "
      + "print(verify_log(Path(sys.argv[1])).as_dict())"
    let process = try RunningProcess([Project.python("controlzero"), "-c", script, try Self.segment(session.scratch)])
    #expect(try process.wait() == 0)
    #expect(process.output.text.contains("'intact'"))
  }

  @Test func `tail shows each event on a line, with nothing from the wire unescaped`() throws {
    let session = try ScriptedSession()
    session.process.send(session.call(1, "echo\u{202e}evil"))
    _ = try session.process.line()
    try session.end()
    let process = try RunningProcess([Project.czproxy, "audit", "tail", "--state-dir", session.scratch.state])
    #expect(try process.wait() == 0)
    #expect(process.output.text.contains(#"s:echo\u{202e}evil"#))
    #expect(process.output.text.split(separator: "\n").count == 4)
  }

  @Test func `without records tail says so, and waits only where it was asked to`() throws {
    let scratch = try Scratch()
    let words = [Project.czproxy, "audit", "tail", "--state-dir", scratch.state]
    let once = try RunningProcess(words)
    #expect(try once.wait() == 2)
    #expect(once.errors.text == "czproxy: there are no records in \(scratch.state)/audit\n")
    let following = try RunningProcess(words + ["-f"])
    try following.report(containing: "yet: waiting for the first one")
    let run = try RunningProcess([Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--", "true"])
    try run.wait()
    #expect(try following.line().contains("start   s:"))
    let none = try RunningProcess(words + ["-n", "0"])
    #expect(try none.wait() == 0 && none.errors.text.isEmpty && none.output.text.isEmpty)
  }

  /// Records that czproxy did not write, by the name of their segment.
  private static func planted(_ segments: [(name: String, rows: [String])]) throws -> Scratch {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: "\(scratch.state)/audit", withIntermediateDirectories: true)
    for (name, rows) in segments {
      _ = try scratch.file(
        "state/audit/audit-\(name)T000000.000Z-1-00000000.jsonl", rows.map { "\($0)\n" }.joined())
    }
    return scratch
  }

  @Test func `tail shows the latest of all sessions, also where the latest are of the one that began first`() throws {
    func rows(_ day: String, _ tool: String) -> [String] {
      (10..<40).map {
        #"{"ts":"2025-01-\#(day)T00:00:\#($0).000Z","event":"decision","decision":"allow","tool":"\#(tool)","method":"m"}"#
      }
    }
    let scratch = try Self.planted([
      ("20250101", rows("09", "long")), ("20250102", rows("02", "b")), ("20250103", rows("03", "c")),
    ])
    let process = try RunningProcess(
      [Project.czproxy, "audit", "tail", "-n", "35", "--state-dir", scratch.state])
    #expect(try process.wait() == 0)
    let tools = process.output.text.split(separator: "\n").map { String($0.split(separator: " ")[3].prefix(1)) }
    #expect(tools == Array(repeating: "c", count: 5) + Array(repeating: "l", count: 30), "\(process.output.text)")
  }

  @Test func `rows that go to a terminal as JSON don't steer it, and are the same rows`() throws {
    let row = "{\"ts\":\"2025\",\r\"tool\":\"é\u{9b}2J\u{7f}\u{202e}\u{e0001}\"}"
    let scratch = try Self.planted([("20250101", [row])])
    let words = [Project.czproxy, "audit", "tail", "--format", "json", "--state-dir", scratch.state]
    let piped = try RunningProcess(words)
    #expect(try piped.wait() == 0 && piped.output.text == row + "\n")
    let shown = try RunningProcess(["python3", "-c", "import pty, sys; pty.spawn(sys.argv[1:])"] + words)
    shown.closeInput()
    try shown.wait()
    #expect(
      shown.output.text.replacing("\r\n", with: "\n")
        == #"{"ts":"2025", "tool":"é\u009b2J\u007f\u202e\udb40\udc01"}"# + "\n")
  }

  @Test func `tail shows them also where it goes on`() throws {
    let scratch = try Scratch()
    let directory = scratch.state + "/audit"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for (segment, days) in [(1, [11, 28, 29]), (2, [15, 16, 17]), (3, [18, 19, 20])] {
      let rows = days.map { #"{"ts":"2026-11-\#($0)T00:00:00.000000+00:00","event":"decision","method":"m\#($0)"}"# }
      let text = rows.map { $0 + "\n" }.joined()
      try text.write(toFile: "\(directory)/audit-\(segment).jsonl", atomically: true, encoding: .utf8)
    }
    let process = try RunningProcess(
      [Project.czproxy, "audit", "tail", "-f", "-n", "3", "--state-dir", scratch.state])
    for day in [20, 28, 29] { #expect(try process.line().contains(":m\(day) ")) }
  }

  @Test func `tail says how much a list lost`() throws {
    let session = try ScriptedSession(
      policy: "version: '1'\nrules: [{deny: 's:echo'}, {allow: '*'}]\n",
      server: ["--tools", #"[{"name":"echo"},{"name":"other"}]"#])
    session.process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
    _ = try session.process.line()
    try session.end()
    let process = try RunningProcess([Project.czproxy, "audit", "tail", "--state-dir", session.scratch.state])
    #expect(try process.wait() == 0)
    #expect(process.output.text.contains("list    s:tools/list: 1 hidden\n"))
  }

  @Test func `tail says what was found, and what became of it`() throws {
    let rule = "{id: acct, name: account number, pattern: 'ACCT-[0-9]{6}', category: custom, action: mask}"
    let session = try ScriptedSession(
      policy: "version: '1'\nrules: [{allow: 's'}]\ndlp_rules: [\(rule)]\n", options: ["--dlp-results", "block"])
    session.process.send(session.call(1, "echo", #"{"a":"ACCT-918273, ann@example.com"}"#))
    _ = try session.process.line()
    session.process.send(session.call(2, "say-log", #"{"parts":["ACCT"]}"#))
    for _ in 1...3 { _ = try session.process.line() }
    session.process.send(session.call(3, "say-error", #"{"parts":["ghp_","\#(String(repeating: "a1B2", count: 9))"]}"#))
    _ = try session.process.line()
    try session.end()
    let process = try RunningProcess([Project.czproxy, "audit", "tail", "--state-dir", session.scratch.state])
    #expect(try process.wait() == 0)
    let lines = process.output.text.split(separator: "\n").map { $0.dropFirst("2026-01-01 00:00:00.000  ".count) }
    #expect(lines.contains { $0.hasPrefix("allow   s:echo ") && $0.hasSuffix("; masked: acct") })
    #expect(lines.contains { $0.hasPrefix("found   s:notifications/message, ") && $0.hasSuffix("; masked: acct") })
    let withheld = try #require(lines.first { $0.contains(" s:say-error in ") })
    #expect(withheld.contains("; found: credential-github-token; withheld: "))
  }
}
