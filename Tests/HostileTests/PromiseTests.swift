import Foundation
import Testing

/// Promises of docs/threat-model.md that no other test checks on the built executable.
@Suite struct PromiseTests {
  @Test func `a server that gets a call finds it on record`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    // The server answers with how often the call's id is in the records at that moment.
    let server = """
      import glob, json, sys
      for line in sys.stdin.buffer:
          message = json.loads(line)
          found = 0
          for name in glob.glob(sys.argv[1] + "/audit/audit-*.jsonl"):
              # Behind the last line end there may be a row of which only a part can be read yet.
              for row in open(name, "rb").read().split(b"\\n")[:-1]:
                  found += json.loads(row).get("request_id") == json.dumps(message["id"])
          print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": {"found": found}}), flush=True)
      """
    let process = try RunningProcess(
      [
        Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--", "python3",
        "-c",
        server, scratch.state,
      ])
    process.send(
      (1...200).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"tools/call","params":{"name":"echo"}}"# }
        .joined(separator: "\n"))
    for _ in 1...200 { #expect(value(try json(process.line()), "result", "found") as? Int == 1) }
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  @Test(arguments: [
    ["--user", "nobody", "--group", "nobody", "--agent", "nobody", "--context", "client_name=nobody"], [],
  ])
  func `who calls is told by the command line alone`(options: [String]) throws {
    let names = ["user_id", "user_group", "agent_id", "client_name", "project_id"]
    let rules = names.map { "  - {allow: \"s:\($0)\", when: {\($0): boss}}\n" }.joined()
    let session = try ScriptedSession(
      policy: "version: \"1\"\nrules:\n\(rules)  - {allow: \"s:gated\", clients: [boss]}\n", options: options)
    let said = (names + ["clients", "tags"]).map { "\"\($0)\":\"boss\"" }.joined(separator: ",")
    session.process.send(
      #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"boss"},"_meta":{\#(said)},\#(said)}}"#
    )
    _ = try session.process.line()
    for tool in names + ["gated"] {
      session.process.send(
        #"{"jsonrpc":"2.0","id":"\#(tool)","method":"tools/call","params":{"name":"\#(tool)","_meta":{\#(said)},"arguments":{\#(said)}}}"#
      )
      #expect(value(try json(session.process.line()), "result", "isError") as? Bool == true, "\(tool)")
    }
    try session.end()
  }

  @Test(arguments: [
    #"{}"#, #"{"name":""}"#, #"{"name":null}"#, #"{"name":["echo"]}"#, #"{"name":"ec\u0000ho"}"#, #"[]"#, #""echo""#,
    #"{"name":"echo","arguments":"{}"}"#,
  ])
  func `a call that does not say which tool it is for does not reach the server`(params: String) throws {
    let session = try ScriptedSession(policy: "version: \"1\"\nrules:\n  - {allow: \"*\"}\n")
    session.process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":\#(params)}"#)
    #expect(try json(session.process.line())["error"] != nil)
    session.process.send(#"{"jsonrpc":"2.0","id":2,"method":"tools/call"}"#)
    #expect(try json(session.process.line())["error"] != nil)
    try session.end()
    #expect(session.received.isEmpty)
  }

  @Test func `a tool that calls tools is denied like any that no rule names`() throws {
    let session = try ScriptedSession(policy: "version: \"1\"\nrules:\n  - {allow: \"s:echo\"}\n")
    for (number, tool) in ["call_tool", "find_tool", "mcp-exec", "code-mode", "ECHO", "echo ", "s:echo"].enumerated() {
      session.process.send(session.call(number, tool, #"{"name":"echo","tool":"echo"}"#))
      #expect(value(try json(session.process.line()), "result", "isError") as? Bool == true, "\(tool)")
    }
    try session.end()
    #expect(session.received.isEmpty)
  }

  @Test(arguments: [
    "", "{", "rules: [{allow: \"*\"}", "version: \"1\"\nrules:\n  - {allow: \"*\"}\n  - {nonsense: 1}\n",
  ])
  func `an error of the policy never lets a call through`(text: String) throws {
    let session = try ScriptedSession()
    // Until the proxy has answered once, SIGHUP would end it.
    session.process.send(session.call(1, "forbidden"))
    _ = try session.process.line()
    _ = try session.scratch.file("policy.yaml", text)
    session.process.send(signal: SIGHUP)
    try session.process.report(containing: "the last good policy stays in force")
    session.process.send(session.call(2, "forbidden"))
    #expect(value(try json(session.process.line()), "result", "isError") as? Bool == true)
    try session.end()
    #expect(session.received.isEmpty)

    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", text)
    let process = try RunningProcess([Project.czproxy, "run", "--server", "s", "--policy", policy, "--", "true"])
    #expect(try process.wait() == 78)
  }
}
