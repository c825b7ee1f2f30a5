import Policy
import Relay
import Testing
import Wire

/// Questions to the host's model that a server hides, and what a host's answers carry out.
@Suite struct HiddenQuestionTests {
  private static let policy = """
    version: "1"
    dialect: czproxy/1
    rules:
      - {deny: "s:sampling/createMessage"}
      - {allow: "s"}
    dlp_rules:
      - {id: secret, name: secret, pattern: 'SECRET-[0-9]{6}', category: custom, action: mask}
    """

  private static func session() throws -> Session {
    let policy = try Policy.load(local: Array(policy.utf8), format: .yaml, fileName: "p.yaml")
    let options = Session.Options(server: try #require(ServerName("s")), context: Context())
    var session = Session(options: options, policy: policy, monotonicNanoseconds: { 7 })
    #expect(try forwards(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#, .host, &session))
    #expect(try forwards(#"{"jsonrpc":"2.0","id":0,"result":{}}"#, .server, &session))
    #expect(
      try forwards(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#, .host, &session))
    return session
  }

  private static func step(_ text: String, _ sender: Peer, _ session: inout Session) throws -> Step {
    var framer = LineFramer(maxLineBytes: 1 << 20)
    framer.receive(Array((text + "\n").utf8))
    guard case .line(let line)? = framer.next() else { throw MessageError(.notAnObject, at: 0) }
    return session.receive(line, from: sender)
  }

  private static func forwards(_ text: String, _ sender: Peer, _ session: inout Session) throws -> Bool {
    try step(text, sender, &session).effects == [.forward]
  }

  @Test(arguments: ["sampling/createMessage", "sampling/createmessage", "\\u017fampling/createMessage"])
  func `a question to the model is no notification`(method: String) throws {
    var session = try Self.session()
    let step = try Self.step(#"{"jsonrpc":"2.0","method":"\#(method)","params":{}}"#, .server, &session)
    guard case .refusal? = step.record else {
      Issue.record("no refusal on record")
      return
    }
    #expect(!step.effects.contains(.forward))
  }

  @Test(arguments: [
    #"{"inputRequests":{"q":{"method":"sampling/createmessage"}}}"#,
    #"{"inputRequests":{"q":{"method":"sampling/createMessage\u0000"}}}"#,
    #"{"inputRequests":{"q":{"method":"sampling/createMessage "}}}"#,
    #"{"inputRequests":{"q":{"Method":"sampling/createMessage"}}}"#,
    #"{"inputRequests":{"q":{"method":"roots/list","METHOD":"sampling/createMessage"}}}"#,
    #"{"inputRequests":{"q":{"method":"elicitation/create","Params":{}}}}"#,
    #"{"inputRequests":{"q":{"method":"Elicitation/Create"}}}"#, #"{"inputRequests":{"q":{"method":"Roots/List"}}}"#,
    #"{"InputRequests":{"q":{"method":"sampling/createMessage"}}}"#,
    #"{"inputRequests":{"q":{"method":"sampling/createMessage"}}}"#,
    #"{"inputRequests":[{"method":"roots/list"},{"method":"sampling/createMessage"}]}"#,
    #"{"inputRequests":[{"Method":"sampling/createMessage"}]}"#,
  ])
  func `a question that some host would find in an answer or a notification does not reach it`(result: String) throws {
    var session = try Self.session()
    let answer = try Self.step(#"{"jsonrpc":"2.0","id":1,"result":\#(result)}"#, .server, &session)
    #expect(answer.effects.count == 1 && !answer.effects.contains(.forward))
    let notification = try Self.step(
      #"{"jsonrpc":"2.0","method":"notifications/tasks","params":\#(result)}"#, .server, &session)
    #expect(notification.effects.isEmpty && notification.record != nil)
  }

  @Test(arguments: [
    #"{"inputRequests":{"q":{"method":"elicitation/create","params":{"Method":"x"}}}}"#,
    #"{"inputRequests":[{"method":"elicitation/create","params":{}}, 1, "x"]}"#, #"{"inputRequests":"x"}"#,
  ])
  func `a question that is what it says passes`(result: String) throws {
    var session = try Self.session()
    #expect(try Self.forwards(#"{"jsonrpc":"2.0","id":1,"result":\#(result)}"#, .server, &session))
  }

  @Test func `a question whose decision can't be put on record does not get through`() throws {
    let text = "version: \"1\"\nrules:\n  - {allow: [\"s\", \"s:elicitation/create\"]}\n"
    var session = try Self.session()
    _ = session.enforce(
      try Policy.load(local: Array(text.utf8), format: .yaml, fileName: "p.yaml"), obstacle: nil)
    let questions = #"{"inputRequests":{"q":{"method":"sampling/createMessage","params":{}}}}"#
    for text in [
      #"{"jsonrpc":"2.0","method":"notifications/tasks","params":\#(questions)}"#,
      #"{"jsonrpc":"2.0","id":1,"result":\#(questions)}"#,
    ] {
      let step = try Self.step(text, .server, &session)
      #expect(step.effects == [.forward] && step.records.count >= 1)
      #expect(!session.unrecorded(step, because: "a test").contains(.forward))
    }
  }

  @Test(arguments: [#""result":{"roots":["SECRET-123456"]}"#, #""error":{"code":1,"message":"SECRET-123456"}"#])
  func `what a rule masks leaves neither in an answer of the host nor in an error`(answer: String) throws {
    var session = try Self.session()
    #expect(try Self.forwards(#"{"jsonrpc":"2.0","id":5,"method":"roots/list"}"#, .server, &session))
    let step = try Self.step(#"{"jsonrpc":"2.0","id":5,\#(answer)}"#, .host, &session)
    guard case .forwardEdited? = step.effects.first, case .observation? = step.record else {
      Issue.record("not masked, or not on record")
      return
    }
  }
}
