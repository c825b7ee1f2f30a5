import Foundation
import Testing

/// What becomes of a call: forwarded untouched, or answered with a denial.
@Suite struct GovernanceTests {
  @Test func `an allowed call reaches the server byte for byte, and its answer the host`() throws {
    let session = try ScriptedSession()
    let odd =
      #"{ "id" :"\u0041\/" , "method":"tools/call", "params":{"arguments":{"a\u00e9":1.50,"b":[]},"name":"echo"},"jsonrpc":"2.0"}"#
    session.process.send(odd)
    #expect(
      try session.process.line()
        == #"{"jsonrpc": "2.0", "id": "A/", "result": {"content": [{"type": "text", "text": "{\"a\\u00e9\": 1.5, \"b\": []}"}]}}"#
    )
    #expect(try session.end() == 0)
    #expect(session.received == Data((odd + "\n").utf8))
  }

  @Test func `a denied call never reaches the server and is answered with an error result and the id's own bytes`()
    throws
  {
    let session = try ScriptedSession()
    session.process.send(#"{"jsonrpc":"2.0","id":"\u0041","method":"tools/call","params":{"name":"forbidden"}}"#)
    let line = try session.process.line()
    #expect(line.contains(#""id":"\u0041""#))
    let answer = try json(line)
    #expect(value(answer, "result", "isError") as? Bool == true)
    #expect(value(answer, "result", "resultType") == nil)
    #expect(
      value(answer, "result", "content", 0, "text") as? String
        == "Denied by Control Zero policy: nobody may (RULE_MATCH, no-secrets). Do not retry; tell the user.")
    let decision = value(answer, "result", "_meta", "ai.controlzero/decision")
    #expect(value(decision, "effect") as? String == "deny")
    #expect(value(decision, "policy_id") as? String == "no-secrets")
    #expect(value(decision, "evaluated_rules") as? Int == 1)
    try session.end()
    #expect(session.received.isEmpty)
  }

  @Test func `a denial of a modern request carries its resultType`() throws {
    let session = try ScriptedSession()
    let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#
    session.process.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"forbidden",\#(meta)}}"#)
    #expect(value(try json(try session.process.line()), "result", "resultType") as? String == "complete")
    try session.end()
  }

  @Test(arguments: [(options: ["--deny-as", "error"], task: ""), (options: [], task: #","task":{"ttl":1}"#)])
  func `a denial is a JSON-RPC error on request, and where the host asked for a task`(
    options: [String], task: String
  ) throws {
    let session = try ScriptedSession(options: options)
    session.process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"forbidden"\#(task)}}"#)
    let answer = try json(try session.process.line())
    #expect(value(answer, "error", "code") as? Int == 4030)
    #expect(value(answer, "error", "data", "policy_id") as? String == "no-secrets")
    try session.end()
  }

  @Test func `a warned call goes through and is flagged on record`() throws {
    let session = try ScriptedSession()
    session.process.send(session.call(1, "risky"))
    #expect(value(try json(try session.process.line()), "result", "content", 0, "text") as? String == "{}")
    try session.end()
    #expect(try session.scratch.rows().contains { $0["decision"] as? String == "warn" })
  }

  @Test func `observing lets a denied call through and records what would have been denied`() throws {
    let session = try ScriptedSession(options: ["--observe"])
    session.process.send(session.call(1, "forbidden"))
    #expect(value(try json(try session.process.line()), "result", "content", 0, "text") as? String == "{}")
    try session.end()
    let row = try #require(try session.scratch.rows().first { $0["event"] as? String == "decision" })
    #expect(row["decision"] as? String == "deny")
    #expect(row["enforced"] as? Bool == false)
    #expect(row["enforcement_reason"] as? String == "observe_mode")
  }

  @Test func `without governance every byte passes, even what is no message`() throws {
    let session = try ScriptedSession(options: ["--no-governance", "--max-frame-bytes", "1024"])
    session.process.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"forbidden","name":"forbidden"}}"#)
    #expect(value(try json(try session.process.line()), "result", "content", 0, "text") as? String == "{}")
    // Longer than any line may be that is judged, in both directions.
    session.process.send(session.call(2, "echo", #"{"a":"\#(String(repeating: "x", count: 100_000))"}"#))
    #expect(try session.process.line().utf8.count > 100_000)
    try session.end()
    #expect(try session.scratch.rows().count == 2)
  }

  @Test func `without any policy every call is denied, and the denial says what to do`() throws {
    let scratch = try Scratch()
    // Policies in the working directory are nobody's, whatever they are called.
    for directory in [".controlzero", "policies"] {
      try FileManager.default.createDirectory(
        atPath: "\(scratch.path)/\(directory)", withIntermediateDirectories: true)
    }
    for name in ["policy.yaml", "policy.json", "controlzero.yaml", "controlzero.yml", ".controlzero.yaml"] {
      for directory in [".", ".controlzero", "policies"] {
        _ = try scratch.file("\(directory)/\(name)", #"{"version": "1", "rules": [{"allow": "*"}]}"#)
      }
    }
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--"] + Project.scriptedServer,
      directory: scratch.path)
    process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#)
    let line = try process.line()
    #expect(line.contains("BUNDLE_MISSING") && line.contains("--policy FILE"))
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  @Test func `the policy in the state directory is found`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
    _ = try scratch.file("state/policy.yaml", "version: \"1\"\nrules: [{allow: \"s:echo\"}]")
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server=s", "--"] + Project.scriptedServer,
      environment: ["CONTROLZERO_HOME": scratch.state])
    process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#)
    #expect(try process.line().contains(#""text": "{}""#))
    process.closeInput()
    try process.wait()
  }

  @Test(arguments: [
    (["run"], Int32(64), "the server's command is missing"),
    (["run", "--server", "a:b", "--", "true"], 64, "--server takes"),
    (["run", "--nonsense", "--", "true"], 64, "unknown option"),
    (["run", "-p", "policy.yaml", "--", "true"], 64, "unknown option `-p`"),
    (["run", "--otlp-endpoint", "localhost:4318", "--", "true"], 64, "--otlp-endpoint takes a URL such as"),
    (["run", "--base-url", "api.example", "--", "true"], 64, "--base-url takes a URL such as"),
    (["run", "policy.yaml", "--", "true"], 64, "stands behind `--`"),
    (["run", "--observe=no", "--", "true"], 64, "--observe takes no value"),
    (["run", "--no-governance=false", "--", "true"], 64, "--no-governance takes no value"),
    (["run", "--policy", "a", "--policy=b", "--", "true"], 64, "--policy is given twice"),
    (["run", "--user", "a", "--user", "a", "--", "true"], 64, "--user is given twice"),
    (["run", "--tag", "a=b", "--tag", "c=d", "--tag=a=e", "--", "true"], 64, "--tag a= is given twice"),
    (["run", "--secret-env", "A=czsec://x", "--secret-env=A=czsec://y", "--", "true"], 64, "--secret-env A= is given"),
    (["run", "--agent", "a", "--agent", "b", "--", "true"], 64, "--agent is given twice"),
    (["run", "--list", "hide", "--list", "keep", "--", "true"], 64, "--list is given twice"),
    (["run", "--policy", "/no/such/policy.yaml", "--", "true"], 78, "/no/such/policy.yaml: E1202"),
    (["run", "--policy", "/etc/passwd", "--", "true"], 78, ".json file"),
    (["run", "--state-dir", "/tmp", "--audit-failure", "allow", "--", "/no/such/server"], 127, "can't start"),
    (["run", "--state-dir", "/tmp", "--audit-failure", "allow", "--", "/etc/passwd"], 126, "can't start"),
  ])
  func `what can't be started says why and exits with the code for it`(
    words: [String], status: Int32, reason: String
  ) throws {
    let scratch = try Scratch()
    let words = words.map { $0 == "/tmp" ? scratch.state : $0 }
    let process = try RunningProcess([Project.czproxy] + words, environment: ["CONTROLZERO_HOME": scratch.state])
    process.closeInput()
    #expect(try process.wait() == status)
    #expect(process.errors.text.contains(reason))
  }

  @Test func `validate tells programs the place of an error, and a file of tools that is missing by its name once`()
    throws
  {
    let scratch = try Scratch()
    let policy = try scratch.file("p.yaml", "version: '1'\nrules:\n  - alow: x\n")
    let process = try RunningProcess([Project.czproxy, "policy", "validate", policy, "--format", "json"])
    #expect(try process.wait() == 1)
    #expect(process.output.text.contains(#""line":3,"column":5,"code":"E1201""#))
    let good = try scratch.file("good.yaml", "version: '1'\nrules: [{allow: x}]\n")
    let words = ["policy", "validate", good, "--server", "x", "--tools", "/no/such/file"]
    let asked = try RunningProcess([Project.czproxy] + words)
    #expect(try asked.wait() == 2)
    #expect(asked.errors.text == "czproxy: can't read `/no/such/file`: No such file or directory\n")
  }

  @Test(arguments: ["-a", "--args", "--arguments"])
  func `the arguments of a call have the same names in every command`(name: String) throws {
    let scratch = try Scratch()
    let policy = try scratch.file("p.yaml", "version: '1'\nrules: [{allow: 's:echo', when: {a: b}}]\n")
    let arguments = [name, #"{"a":"b"}"#]
    let asked = try RunningProcess([Project.czproxy, "policy", "test", "s:echo", "--policy", policy] + arguments)
    #expect(try asked.wait() == 0)
    let called = try RunningProcess(
      [Project.czproxy, "call", "--tool", "echo"] + arguments + ["--"] + Project.scriptedServer)
    #expect(try called.wait() == 0)
  }

  @Test(arguments: [
    ("s:resources/read", #"{"uri": "file:///etc/x"}"#, Int32(3)), ("s:resources/read", #"{"uri": "file:///srv/x"}"#, 0),
    ("s:prompts/get", #"{"name": "x"}"#, 3), ("s:resources/subscribe", #"{"uri": "file:///etc/x"}"#, 3),
    ("s:tool", "{}", 0), ("s:completion/complete", "{}", 0), ("s:tools/list", "{}", 0), ("s:tasks/get", "{}", 3),
    ("s:my/tool", "{}", 0),
  ])
  func `a method is asked about as the proxy judges it, and not as a tool of its name`(
    subject: String, arguments: String, status: Int32
  ) throws {
    let scratch = try Scratch()
    let policy = try scratch.file(
      "p.yaml",
      """
      rules:
        - {deny: mcp.resource.read, resources: ["mcp://s/file:///etc/*"]}
        - {deny: "s:tasks/*"}
        - allow: ["s:resources/read", mcp.tool.call]
      """)
    let asked = try RunningProcess(
      [Project.czproxy, "policy", "test", subject, "--policy", policy, "--args", arguments])
    #expect(try asked.wait() == status, "\(asked.output.text)")
  }

  @Test(arguments: [
    (["--context", "foo"], Int32(64), "`foo` is not KEY=VALUE\nUsage: czproxy policy test "),
    (["--schema", "p.yaml"], 2, "p.yaml is not a JSON object\n"),
    (["--schema", "none.json"], 2, "can't read `none.json`: No such file or directory\n"),
  ])
  func `what is wrong with a question is told by its name`(words: [String], status: Int32, reason: String) throws {
    let scratch = try Scratch()
    _ = try scratch.file("p.yaml", "version: '1'\nrules: [{allow: s}]\n")
    let process = try RunningProcess(
      [Project.czproxy, "policy", "test", "s:x", "--policy", "p.yaml"] + words, directory: scratch.path)
    #expect(try process.wait() == status)
    #expect(process.errors.text.hasPrefix("czproxy: \(reason)"), "\(process.errors.text)")
  }

  @Test func `a server that is asked for its tools is started by a line for the shell`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("p.yaml", "version: '1'\nrules: [{allow: 's:eccho'}]\n")
    let words = Project.scriptedServer + ["--tools", #"[{"name":"echo"}]"#]
    let line = "NAME=value " + words.map { "'\($0)'" }.joined(separator: " ")
    let process = try RunningProcess(
      [Project.czproxy, "policy", "validate", policy, "--server", "s", "--server-command", line])
    #expect(try process.wait() == 0)
    #expect(process.output.text.contains("`echo` was meant?"), "\(process.errors.text)")
  }

  @Test func `a policy is not checked for a server that can't be called so`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", "version: \"1\"\nrules: [{allow: \"s\"}]\n")
    let process = try RunningProcess([Project.czproxy, "policy", "validate", policy, "--server", "my server"])
    #expect(try process.wait() == 64 && process.errors.text.contains("--server takes 1 to 128 letters"))
  }

  @Test func `a line that is no case is told by its number in the file`() throws {
    let scratch = try Scratch()
    let cases = try scratch.file("cases.jsonl", "\n\n{}\n\n{}\n")
    let process = try RunningProcess([Project.czproxy, "policy", "eval", cases])
    #expect(try process.wait() == 1)
    #expect(process.errors.text.contains("line 3: ") && process.errors.text.contains("line 5: "))
  }

  @Test func `a modern server that is slow to start is called all the same`() throws {
    // It answers the question of its era too late, refuses the handshake of the other one, and answers when asked again.
    let discovered = #""result":{"supportedVersions":["2026-07-28"],"capabilities":{}}"#
    let answers = [
      #"{"jsonrpc":"2.0","id":1,\#(discovered)}"#, #"{"jsonrpc":"2.0","id":2,"error":{"code":-32022,"message":"no"}}"#,
      #"{"jsonrpc":"2.0","id":3,\#(discovered)}"#, #"{"jsonrpc":"2.0","id":4,"result":{"tools":[{"name":"late"}]}}"#,
    ]
    let script =
      "read a; read b; echo '\(answers[0])'; echo '\(answers[1])'; "
      + "read c; echo '\(answers[2])'; read d; echo '\(answers[3])'; read e"
    let process = try RunningProcess([Project.czproxy, "call", "--timeout", "5", "--", "sh", "-c", script])
    #expect(try process.wait() == 0)
    #expect(process.output.text.hasPrefix("late"))
  }

  @Test func `records that can't be read are not taken for none`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
    _ = try scratch.file("state/audit", "")
    for command in ["tail", "verify"] {
      let process = try RunningProcess([Project.czproxy, "audit", command, "--state-dir", scratch.state])
      #expect(try process.wait() == 74)
      #expect(process.errors.text.hasPrefix("czproxy: can't read `\(scratch.state)/audit`: Not a directory"))
    }
  }

  @Test func `the record of a denial shows what was in doubt`() throws {
    let session = try ScriptedSession(
      policy: """
        version: "1"
        dialect: czproxy/1
        rules: [{id: work, allow: "s:*", when: {path: {op: within, value: /work}}}]
        """)
    session.process.send(session.call(1, "echo", #"{"path":"a"}"#))
    _ = try session.process.line()
    try session.end()
    let shown = try RunningProcess([Project.czproxy, "audit", "tail", "--state-dir", session.scratch.state])
    #expect(try shown.wait() == 0)
    #expect(shown.output.text.contains("no rule matches this call; in doubt: work: `path`: a relative path"))
  }

  @Test func `at a terminal it says what it waits for`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let words = ["run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--"]
    // The terminal is Python's: what it is sent, and what comes out of it.
    let process = try RunningProcess(
      ["python3", "-c", "import pty, sys; pty.spawn(sys.argv[1:])", Project.czproxy] + words + Project.scriptedServer)
    #expect(try process.line().contains("`czproxy call` calls a tool"))
    process.send("\u{4}")
    try process.wait()
    let piped = try ScriptedSession()
    piped.process.send(piped.call(1, "echo"))
    _ = try piped.process.line()
    try piped.end()
    #expect(!piped.process.errors.text.contains("terminal"))
  }

  @Test(arguments: ["run --help", "help run", "help", "--version", "audit verify --help"])
  func `help that can't be written is an error`(words: String) throws {
    for output in ["/dev/full", "&-"] {
      let process = try RunningProcess(["bash", "-c", "exec \"$0\" \(words) >\(output)", Project.czproxy])
      #expect(try process.wait() == 74)
      #expect(process.errors.text == "czproxy: standard output can't be written\n")
    }
  }

  @Test(arguments: [
    ("run --nonsense -- true", Int32(64)), ("nonsense", 64), ("audit tail --nonsense", 64), ("call", 64),
    ("sync --retention=40000", 64), ("policy test s:x --policy /no/such.yaml", 1), ("bundle inspect /no/such", 1),
    ("dlp scan /no/such", 1), ("dlp rules --policy /no/such.yaml", 1), ("policy eval", 1), ("call -- false", 2),
    ("policy test s:x --policy ../policy.yaml --args []", 2), ("audit tail", 2), ("audit verify", 2), ("status", 2),
  ])
  func `every error begins with who tells it`(words: String, status: Int32) throws {
    let scratch = try Scratch()
    _ = try scratch.file("policy.yaml", ScriptedSession.policy)
    try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
    let process = try RunningProcess(
      [Project.czproxy] + words.split(separator: " ").map(String.init),
      environment: ["CONTROLZERO_HOME": scratch.state], directory: scratch.state)
    process.send("not JSON")
    process.closeInput()
    #expect(try process.wait() == status)
    let text = process.errors.text
    #expect(text.hasPrefix("czproxy: ") && !text.lowercased().contains("error: "), "\(text)")
  }

  @Test(arguments: [["run", "--help"], ["help", "run"]])
  func `the help of run is found by either way`(words: [String]) throws {
    let process = try RunningProcess([Project.czproxy] + words)
    #expect(try process.wait() == 0)
    #expect(process.output.text.hasPrefix("czproxy run: put a policy in front of an MCP server\n"))
  }

  @Test func `every error of a policy is reported with its line, and nothing is started`() throws {
    let session = try ScriptedSession(policy: "version: 1\nrules:\n  - deny: [1]\n  - effect: audit\n    action: x\n")
    #expect(try session.process.wait() == 78)
    let errors = session.process.errors.text
    #expect(errors.contains("policy.yaml:1:10: E1201"))
    #expect(errors.contains("policy.yaml:3:"))
    #expect(errors.contains("policy.yaml:4:"))
    #expect(!FileManager.default.fileExists(atPath: "\(session.scratch.path)/received"))
  }

  @Test func `both eras pass on one process`() throws {
    let session = try ScriptedSession()
    for method in ["server/discover", "initialize", "tools/list"] {
      session.process.send(#"{"jsonrpc":"2.0","id":"\#(method)","method":"\#(method)","params":{}}"#)
      #expect(value(try json(try session.process.line()), "result", "content", 0, "text") as? String == method)
    }
    try session.end()
  }
}
