import Foundation
import Testing

/// What crosses, in both directions, under odd circumstances.
@Suite struct RelayTests {
  @Test func `sixty calls at once are answered, each once`() throws {
    let session = try ScriptedSession()
    for id in 1...60 { session.process.send(session.call(id, id % 3 == 0 ? "forbidden" : "echo")) }
    var ids: Set<Int> = []
    for _ in 1...60 { ids.insert(try json(try session.process.line())["id"] as? Int ?? 0) }
    #expect(ids == Set(1...60))
    #expect(try session.end() == 0)
    #expect(session.received.split(separator: 0x0a).count == 40)
  }

  @Test(arguments: ["split", "stderr", "progress", "fail"])
  func `an answer comes through however it was written`(tool: String) throws {
    let session = try ScriptedSession()
    session.process.send(session.call(1, tool))
    if tool == "progress" { #expect(try session.process.line().contains("notifications/progress")) }
    #expect(try json(try session.process.line())["id"] as? Int == 1)
    #expect(try session.end() == 0)
  }

  @Test func `a last line without a line end is passed on as it is, from either side`() throws {
    let session = try ScriptedSession()
    session.process.send(Data(session.call(1, "unterminated").utf8))
    session.process.closeInput()
    #expect(try session.process.wait() == 0)
    #expect(session.process.output.text.contains("the last"))
    #expect(session.process.output.data.last != 0x0a)
    #expect(session.received == Data(session.call(1, "unterminated").utf8))
  }

  @Test func `nothing of ours stands behind a last line without a line end`() throws {
    let policy = "version: \"1\"\nrules: [{deny: \"s:sampling/createMessage\"}, {allow: \"s\"}]\n"
    let session = try ScriptedSession(policy: policy, options: ["--dlp-max-bytes", "\(8 << 20)"])
    let (ask, go) = ("\(session.scratch.path)/ask", "\(session.scratch.path)/go")
    let first = [
      #"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{}}"#,
      session.call(1, "ask-late", #"{"file":"\#(ask)","next":"\#(go)"}"#),
    ]
    session.process.send(first[0])
    _ = try session.process.line()
    session.process.send(first[1])
    // The line is longer than any pipe holds, so it still waits when the answer to the question would be sent.
    let last = session.call(2, "size", #"{"a":"\#(String(repeating: "x", count: 6 << 20))"}"#)
    session.process.send(Data(last.utf8))
    session.process.closeInput()
    try session.scratch.waitForRow(containing: #""request_id": "2""#)
    _ = try session.scratch.file("ask", "")
    try session.scratch.waitForRow(containing: #""from": "server""#)
    _ = try session.scratch.file("go", "")
    try session.process.wait()
    #expect(session.received == Data((first.joined(separator: "\n") + "\n" + last).utf8))
  }

  @Test func `half a line of a server that died is not passed on, and its status is ours`() throws {
    let session = try ScriptedSession()
    session.process.send(session.call(1, "die"))
    #expect(try session.process.wait() == 7)
    #expect(session.process.output.data.isEmpty)
  }

  @Test func `fifty megabytes cross in either direction`() throws {
    let megabytes = 50 << 20
    let session = try ScriptedSession(options: ["--dlp-max-bytes", "\(60 << 20)"])
    session.process.send(session.call(1, "big", #"{"bytes":\#(megabytes)}"#))
    #expect(try session.process.line().utf8.count > megabytes)
    let line = session.call(2, "size", #"{"a":"\#(String(repeating: "x", count: megabytes))"}"#)
    session.process.send(line)
    #expect(
      value(try json(try session.process.line()), "result", "content", 0, "text") as? String
        == String(line.utf8.count + 1))
    #expect(try session.end() == 0)
  }

  @Test func `a server's question reaches the host, and the host's answer the server`() throws {
    let session = try ScriptedSession()
    // Before that, and in the stateless era, a server has nothing to ask.
    session.process.send(session.call(0, "ask"))
    #expect(try json(try session.process.line())["id"] as? Int == 0)
    try session.process.report(containing: "has not been introduced")
    session.process.send(#"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{}}"#)
    _ = try session.process.line()
    session.process.send(session.call(1, "ask"))
    #expect(try json(try session.process.line())["method"] as? String == "sampling/createMessage")
    #expect(try json(try session.process.line())["id"] as? Int == 1)
    let answer = #"{"jsonrpc":"2.0","id":"s-1","result":{}}"#
    session.process.send(answer)
    // Nobody waits for a second answer.
    session.process.send(answer)
    try session.process.report(containing: "not in flight")
    try session.end()
    #expect(String(decoding: session.received, as: UTF8.self).components(separatedBy: answer).count == 2)
  }

  @Test func `a cancellation of a denied call stays here, that of another one goes on`() throws {
    let session = try ScriptedSession()
    func cancellation(_ id: Int) -> String {
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
    }
    session.process.send(session.call(1, "forbidden"))
    session.process.send(cancellation(1))
    session.process.send(cancellation(2))
    _ = try session.process.line()
    try session.end()
    #expect(session.received == Data((cancellation(2) + "\n").utf8))
  }

  @Test func `a host that does not read does not make memory grow`() throws {
    // 300 MB are written to a host that reads nothing of it.
    let (reader, writer) = (Pipe(), Pipe())
    defer { withExtendedLifetime((reader, writer)) {} }
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let script = """
      exec 3< <(exec "$0" run --server s --policy "$1" --state-dir "$2" -- python3 "$3" --flood 300000000)
      pid=$!
      for _ in $(seq 100); do grep -q . /proc/$pid/status && sleep 0.02; done
      grep VmHWM /proc/$pid/status
      kill -9 $pid
      """
    let process = try RunningProcess([
      "bash", "-c", script, Project.czproxy, policy, scratch.state, Project.scriptedServer[1],
    ])
    let line = try process.line()
    let kilobytes = try #require(Int(line.split(whereSeparator: { !$0.isNumber }).first ?? ""))
    #expect(kilobytes < 24_000)
    process.closeInput()
    try process.wait()
  }

  @Test func `a server that does not read does not stop what it says`() throws {
    let session = try ScriptedSession(server: ["--deaf", "--flood", "3000000"])
    let line = session.call(1, "echo", #"{"a":"\#(String(repeating: "x", count: 1 << 20))"}"#) + "\n"
    session.process.sendInBackground(Data(String(repeating: line, count: 8).utf8))
    for _ in 1...40 { #expect(try session.process.line().contains("notifications/message")) }
    session.process.send(signal: SIGTERM)
    #expect(try session.process.wait() == 128 + SIGTERM)
  }

  @Test func `a host that does not read our standard error does not stop the relay`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    // Standard error is a pipe that is full after the first reports and never read.
    let script = """
      mkfifo "$2/full"; exec 5<>"$2/full"
      exec "$0" run --server s --policy "$1" --state-dir "$2/state" -- python3 "$3" 2>&5
      """
    let process = try RunningProcess([
      "bash", "-c", script, Project.czproxy, policy, scratch.path, Project.scriptedServer[1],
    ])
    for _ in 1...2000 { process.send("not JSON at all") }
    process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#)
    #expect(try process.line().contains(#""id": 1"#))
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  /// Starts the rest of the command line with a terminal that nobody reads in the place of a descriptor.
  private static func unreadTerminal(_ descriptor: Int) -> [String] {
    let script = """
      import os, pty, sys
      master, slave = pty.openpty()
      os.dup2(slave, \(descriptor))
      os.close(slave)
      os.set_inheritable(master, True)
      os.execv(sys.argv[1], sys.argv[1:])
      """
    return ["python3", "-c", script]
  }

  @Test func `a terminal that does not take our standard error does not stop the relay`() throws {
    let session = try ScriptedSession(launcher: Self.unreadTerminal(2))
    for _ in 1...2000 { session.process.send("not JSON at all") }
    session.process.send(session.call(1, "echo"))
    while try !session.process.line().contains(#""id": 1"#) {}
    #expect(try session.end() == 0)
  }

  @Test func `a terminal that does not take our output stops neither the host nor the end`() throws {
    let scratch = try Scratch()
    let server = """
      import os, sys, threading
      def speak():
          while True:
              os.write(1, b'{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"%s"}}\\n' % (b'x' * 900))
      threading.Thread(target=speak, daemon=True).start()
      for line in sys.stdin:
          print('it reads', file=sys.stderr, flush=True)
      """
    let process = try RunningProcess(
      Self.unreadTerminal(1) + [
        Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--", "python3", "-c", server,
      ])
    // By the last one the server has said more than the terminal takes.
    for count in 1...200 {
      process.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
      try process.report(containing: String(repeating: "it reads\n", count: count))
    }
    process.send(signal: SIGTERM)
    #expect(try process.wait() == 128 + SIGTERM)
  }
}
