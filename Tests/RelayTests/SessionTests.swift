import Policy
import Relay
import Testing
import Wire

@Suite struct SessionTests {
  private static func session(observes: Bool = false) throws -> Session {
    let text = "version: \"1\"\nrules:\n  - {deny: \"s:no*\", id: r}\n  - {allow: \"s\"}\n"
    let policy = try Policy.load(local: Array(text.utf8), format: .yaml, fileName: "p.yaml")
    var options = Session.Options(server: try #require(ServerName("s")), context: Context())
    options.observes = observes
    return Session(options: options, policy: policy, monotonicNanoseconds: { 7 })
  }

  private static func line(_ text: String) throws -> LineFramer.Line {
    var framer = LineFramer(maxLineBytes: 1 << 20)
    framer.receive(Array((text + "\n").utf8))
    guard case .line(let line)? = framer.next() else { throw MessageError(.notAnObject, at: 0) }
    return line
  }

  private static func call(_ id: String, _ name: String) throws -> LineFramer.Line {
    try line(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)"}}"#)
  }

  @Test func `an allowed call is recorded and then forwarded`() throws {
    var session = try Self.session()
    let step = session.receive(try Self.call("1", "yes"), from: .host)
    guard case .decision(let judged)? = step.record else {
      Issue.record("no decision on record")
      return
    }
    #expect(judged.decision.effect == .allow && !judged.isBlocked)
    #expect(step.effects == [.forward])
    #expect(session.requestsInFlight == 1)
  }

  @Test func `a call whose record can't be written is denied, and its answer is nobody's`() throws {
    var session = try Self.session()
    let step = session.receive(try Self.call("1", "yes"), from: .host)
    let effects = session.unrecorded(step, because: "the disk is full")
    #expect(!effects.contains(.forward))
    guard case .send(let reply, to: .host)? = effects.last else {
      Issue.record("no denial")
      return
    }
    #expect(String(decoding: reply, as: UTF8.self).contains("the disk is full"))
    #expect(session.requestsInFlight == 0)
    let late = session.receive(try Self.line(#"{"jsonrpc":"2.0","id":1,"result":{}}"#), from: .server)
    #expect(!late.effects.contains(.forward))
  }

  @Test func `an id in flight can't be used again until it is answered`() throws {
    var session = try Self.session()
    _ = session.receive(try Self.call("1", "yes"), from: .host)
    #expect(!session.receive(try Self.call("1", "yes"), from: .host).effects.contains(.forward))
    // An id of another type, or in the other direction, is another id.
    #expect(session.receive(try Self.call("\"1\"", "yes"), from: .host).effects == [.forward])
    let hello = try Self.line(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#)
    #expect(session.receive(hello, from: .host).effects == [.forward])
    let welcome = try Self.line(#"{"jsonrpc":"2.0","id":0,"result":{}}"#)
    #expect(session.receive(welcome, from: .server).effects == [.forward])
    let ask = try Self.line(#"{"jsonrpc":"2.0","id":1,"method":"roots/list"}"#)
    #expect(session.receive(ask, from: .server).effects == [.forward])
    let answer = try Self.line(#"{"jsonrpc":"2.0","id":1,"result":{"isError":true}}"#)
    let step = session.receive(answer, from: .server)
    #expect(step.effects == [.forward])
    guard case .outcome(let outcome)? = step.record else {
      Issue.record("no outcome on record")
      return
    }
    #expect(outcome.ending == .result(isError: true) && outcome.bytes == answer.bytes.count)
    #expect(session.receive(try Self.call("1", "yes"), from: .host).effects == [.forward])
  }

  @Test(arguments: [("1", #""1""#), (#""1""#, "1")])
  func `hosts take an answer under the same number in the other type, unless another request has that id`(
    id: String, other: String
  ) throws {
    func answer(_ id: String) throws -> LineFramer.Line {
      try Self.line(#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#)
    }
    var session = try Self.session()
    _ = session.receive(try Self.call(id, "yes"), from: .host)
    let step = session.receive(try answer(other), from: .server)
    #expect(step.effects == [.forward] && session.requestsInFlight == 0)
    guard case .outcome(let outcome)? = step.record else {
      Issue.record("no outcome on record")
      return
    }
    #expect(String(decoding: outcome.id.json, as: UTF8.self) == id)
    // It is answered.
    for id in [id, other] { #expect(!session.receive(try answer(id), from: .server).effects.contains(.forward)) }
    // What was denied or cancelled is not answered so either.
    _ = session.receive(try Self.call(id, "no"), from: .host)
    #expect(!session.receive(try answer(other), from: .server).effects.contains(.forward))
    _ = session.receive(try Self.call(id, "yes"), from: .host)
    let cancellation = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
    _ = session.receive(try Self.line(cancellation), from: .host)
    #expect(session.receive(try answer(other), from: .server).effects.isEmpty)
    // Each has its own answer where both were asked.
    for id in [id, other] { _ = session.receive(try Self.call(id, "yes"), from: .host) }
    guard case .outcome(let first)? = session.receive(try answer(other), from: .server).record else {
      Issue.record("no outcome on record")
      return
    }
    #expect(String(decoding: first.id.json, as: UTF8.self) == other && session.requestsInFlight == 1)
  }

  @Test func `null stands for what is left out`() throws {
    var session = try Self.session()
    for (id, params) in [
      #"{"name":"yes","arguments":null,"_meta":null,"task":null}"#, #"{"name":"no","arguments":null}"#,
    ]
    .enumerated() {
      let line = try Self.line(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":\#(params)}"#)
      let step = session.receive(line, from: .host)
      guard case .decision(let judged)? = step.record else {
        Issue.record("no decision on record")
        return
      }
      #expect(judged.call.arguments == nil && !judged.call.wantsTask && judged.isBlocked == (id == 1))
      #expect(step.effects.contains(.forward) == (id == 0))
    }
    let list = try Self.line(#"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":null}"#)
    #expect(session.receive(list, from: .host).effects == [.forward])
    for params in ["null", #"{"name":null}"#] {
      let line = try Self.line(#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":\#(params)}"#)
      #expect(!session.receive(line, from: .host).effects.contains(.forward))
    }
  }

  @Test func `blank lines are nothing`() throws {
    var session = try Self.session()
    let step = session.receive(try Self.line(" \t"), from: .host)
    #expect(step.effects.isEmpty && step.record == nil)
  }

  @Test func `what no policy is asked about passes without a record`() throws {
    var session = try Self.session()
    for method in ["initialize", "server/discover", "tools/list", "vendor/thing", "completion/complete", "roots/list"] {
      let line = try Self.line(#"{"jsonrpc":"2.0","id":"\#(method)","method":"\#(method)","params":{}}"#)
      let step = session.receive(line, from: .host)
      #expect(step.effects == [.forward] && step.record == nil)
    }
  }

  @Test func `an argument of another type than the server's list says can't satisfy an allow`() throws {
    let text = "version: \"1\"\nrules:\n  - {allow: \"s:read\", when: {path: \"/data/*\"}}\n"
    let policy = try Policy.load(local: Array(text.utf8), format: .yaml, fileName: "p.yaml")
    let options = Session.Options(server: try #require(ServerName("s")), context: Context())
    var session = Session(options: options, policy: policy, monotonicNanoseconds: { 7 })
    func effect(_ id: Int) throws -> String? {
      let call =
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"read","arguments":{"path":"/data/x"}}}"#
      guard case .decision(let judged)? = session.receive(try Self.line(call), from: .host).record else { return nil }
      return judged.decision.effect.rawValue
    }
    func learn(_ id: Int, type: String) throws {
      _ = session.receive(try Self.line(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"}"#), from: .host)
      let tool = #"{"name":"read","inputSchema":{"type":"object","properties":{"path":{"type":"\#(type)"}}}}"#
      let answer = try Self.line(#"{"jsonrpc":"2.0","id":\#(id),"result":{"tools":[\#(tool)]}}"#)
      #expect(session.receive(answer, from: .server).effects == [.forward])
    }
    #expect(try effect(1) == "allow")
    try learn(2, type: "array")
    #expect(try effect(3) == "deny")
    try learn(4, type: "string")
    #expect(try effect(5) == "allow")
  }

  @Test(arguments: [
    ("filesystem-mcp", "filesystem-mcp"), ("/usr/bin/some server", "some-server"), ("", "server"),
  ])
  func `a server without a name gets one from its command`(program: String, name: String) {
    #expect(ServerName(derivedFrom: [program]).description == name)
  }

  /// A server's name is shown, recorded and sent, so it must hold nothing of variables and scripts.
  @Test(arguments: [
    (["env", "TOKEN=secret", "srv"], "srv"), (["env", "URL=https://x/secret", "/b/srv"], "srv"),
    (["sh", "-c", "TOKEN=secret srv"], "sh"), (["python3", "-c", "key = 'secret'"], "python3"),
    (["env", "A=secret"], "env"),
  ])
  func `a launcher lends no name from what may hold a secret`(command: [String], name: String) {
    #expect(ServerName(derivedFrom: command).description == name)
  }

  @Test func `a launcher lends its argument's name`() {
    #expect(ServerName(derivedFrom: ["npx", "-y", "@scope/server-fs"]).description == "server-fs")
  }

  @Test(arguments: ["", "a:b", "a/b", "a b", "é", String(repeating: "a", count: 129)])
  func `a name that would mean something in a subject is none`(name: String) {
    #expect(ServerName(name) == nil)
  }
}

extension Step {
  /// The only record, or the first.
  var record: SessionRecord? { records.first }
}
