import Foundation
import Testing

/// Lines that no two readers may understand differently never reach the other side.
@Suite struct RefusalTests {
  static let smuggled = #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"forbidden"}}"#

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"echo","name":"forbidden"}}"#,
    #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"echo","n\u0061me":"forbidden"}}"#,
    #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"echo","Name":"forbidden"}}"#,
    "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"argument\u{17f}\":{}}}",
    #"{"jsonrpc":"2.0","id":9,"method":"ping","Method":"tools/call","params":{"name":"forbidden"}}"#,
    #"{"jsonrpc":"2.0","id":9,"method":"Tools/Call","params":{"name":"forbidden"}}"#,
    #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"echo","arguments":[]}}"#,
    #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"echo","arguments":{"a":NaN}}}"#,
    #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"echo","arguments":{"a":"\ud800"}}}"#,
    "[\(smuggled)]",
  ])
  func `a refused request is answered with its id and is not forwarded`(line: String) throws {
    let session = try ScriptedSession()
    session.process.send(line)
    let answer = try json(try session.process.line())
    #expect(answer["id"] as? Int == 9)
    #expect(value(answer, "error", "code") as? Int == -32600)
    // The session goes on.
    session.process.send(session.call(10, "echo"))
    #expect(try json(try session.process.line())["id"] as? Int == 10)
    try session.end()
    #expect(session.received == Data((session.call(10, "echo") + "\n").utf8))
    let refusal = try #require(try session.scratch.rows().first { $0["event"] as? String == "refusal" })
    #expect(refusal["from"] as? String == "host")
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"forbidden"}}"#,
    #"{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"forbidden"}}"#,
    #"{"jsonrpc":"2.0","id":1.0,"method":"tools/call","params":{"name":"forbidden"}}"#,
    #"{"jsonrpc":"2.0","id":9,"id":8,"method":"tools/call","params":{"name":"forbidden"}}"#,
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":{\"a\":\r\(smuggled)\r}}",
    "\u{FEFF}\(smuggled)", "\(smuggled) \(smuggled)", "\(smuggled)\r\(smuggled)", "not JSON at all",
    #"{"id":9,"method":"tools/call","params":{"name":"forbidden"}"#,
    #"{"jsonrpc":"2.0","id":77,"result":{}}"#,
  ])
  func `a line whose id is in doubt is dropped, reported and on record`(line: String) throws {
    let session = try ScriptedSession()
    session.process.send(line)
    session.process.send(session.call(10, "echo"))
    #expect(try json(try session.process.line())["id"] as? Int == 10)
    try session.process.report(containing: "refused a line")
    try session.end()
    #expect(session.received == Data((session.call(10, "echo") + "\n").utf8))
    #expect(try session.scratch.rows().filter { $0["event"] as? String == "refusal" }.count == 1)
  }

  @Test func `what a server prints beside the protocol is dropped and shown escaped`() throws {
    let session = try ScriptedSession()
    session.process.send(session.call(1, "noise"))
    #expect(try session.process.line().contains("after the noise"))
    try session.process.report(containing: #"starting up \u{1b}[31mnow"#)
    try session.end()
  }

  @Test func `a malformed answer is refused, and the host hears that`() throws {
    let session = try ScriptedSession()
    session.process.send(session.call(1, "malformed"))
    let answer = try json(try session.process.line())
    #expect(answer["id"] as? Int == 1)
    #expect(value(answer, "error", "code") as? Int == -32603)
    try session.end()
  }

  @Test(arguments: [("str(id)", 0), ("id + 0.0", -32603)])
  func `an answer under the number that was asked, in another type, does not leave the host waiting`(
    id: String, code: Int
  ) throws {
    let scratch = try Scratch()
    let script = """
      import json, sys
      for line in sys.stdin:
          id = json.loads(line)["id"]
          print(json.dumps({"jsonrpc": "2.0", "id": \(id), "result": {}}), flush=True)
      """
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--", "python3", "-c", script])
    process.send(#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#)
    let answer = try process.line()
    #expect(code == 0 ? answer == #"{"jsonrpc": "2.0", "id": "7", "result": {}}"# : try json(answer)["id"] as? Int == 7)
    #expect(value(try json(answer), "error", "code") as? Int ?? 0 == code)
    process.closeInput()
    #expect(try process.wait() == 0)
    #expect(process.errors.text.contains("`id` must be") == (code != 0))
  }

  @Test(arguments: ["twice", "stranger"])
  func `an answer that nobody waits for is refused`(tool: String) throws {
    let session = try ScriptedSession()
    session.process.send(session.call(1, tool))
    #expect(try json(try session.process.line())["id"] as? Int == 1)
    try session.process.report(containing: "not in flight")
    session.process.send(session.call(2, "echo"))
    #expect(try json(try session.process.line())["id"] as? Int == 2)
    try session.end()
  }

  @Test func `a line over the limit is refused, who waits for an answer hears that, and the next one is read`() throws {
    let session = try ScriptedSession(options: ["--max-frame-bytes", "4096"])
    session.process.send(session.call(1, "echo", #"{"a":"\#(String(repeating: "x", count: 10_000))"}"#))
    session.process.send(session.call(2, "big", #"{"bytes":100000}"#))
    session.process.send(session.call(3, "echo"))
    for (id, code) in [(1, -32600), (2, -32603)] {
      let answer = try json(try session.process.line())
      #expect(answer["id"] as? Int == id && value(answer, "error", "code") as? Int == code)
      let message = value(answer, "error", "message") as? String ?? ""
      #expect(message.contains("longer than 4096 bytes, the limit (`--max-frame-bytes`)"))
    }
    #expect(try json(try session.process.line())["id"] as? Int == 3)
    try session.process.report(containing: "longer than 4096 bytes")
    try session.end()
    let received = String(decoding: session.received, as: UTF8.self)
    #expect(!received.contains("xxx") && received.contains("100000"))
    #expect(try session.scratch.rows().filter { $0["event"] as? String == "refusal" }.count == 2)
  }
}
