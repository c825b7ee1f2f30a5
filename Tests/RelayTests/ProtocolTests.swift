import DataLoss
import Policy
import Relay
import Testing
import Wire

/// What is judged besides tool calls, in both directions and both eras.
@Suite struct ProtocolTests {
  /// A session in a class, so that `#expect` can change it.
  final class Talk {
    private var session: Session

    init(
      _ rules: String, more: String = "", lock: String? = nil,
      _ configure: (inout Session.Options) -> Void = { _ in }
    ) throws {
      let text = "version: \"1\"\n\(more)\nrules: [\(rules)]\n"
      let policy = try Policy.load(local: Array(text.utf8), format: .yaml, fileName: "p.yaml")
      var options = Session.Options(server: try #require(ServerName("s")), context: Context())
      configure(&options)
      let toolsLock = try lock.map { try ToolsLock(parsing: Array($0.utf8)) }
      session = Session(options: options, policy: policy, toolsLock: toolsLock, monotonicNanoseconds: { 7 })
    }

    func send(_ text: String, from sender: Peer) throws -> Step {
      var framer = LineFramer(maxLineBytes: 1 << 20)
      framer.receive(Array((text + "\n").utf8))
      guard case .line(let line)? = framer.next() else { throw MessageError(.notAnObject, at: 0) }
      return session.receive(line, from: sender)
    }

    func host(_ method: String, _ params: String = "{}", id: String = "1") throws -> Step {
      try send(#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#, from: .host)
    }

    func server(_ method: String, _ params: String = "{}", id: String = "1") throws -> Step {
      try send(#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#, from: .server)
    }

    func answer(_ result: String, id: String = "1") throws -> Step {
      try send(#"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"#, from: .server)
    }

    func handshake() throws {
      _ = try host("initialize", id: "\"i\"")
      _ = try answer("{}", id: "\"i\"")
    }
  }

  /// The line that the session itself sends in a step, and to whom.
  private static func reply(_ step: Step) -> (text: String, to: Peer)? {
    for case .send(let bytes, let peer) in step.effects { return (String(decoding: bytes, as: UTF8.self), peer) }
    return nil
  }

  private static func passes(_ step: Step) -> Bool {
    step.effects.contains { if case .send = $0 { false } else if case .report = $0 { false } else { true } }
  }

  // MARK: Governed methods

  @Test(arguments: [
    ("resources/read", #"{"uri":"file:///a"}"#), ("resources/subscribe", #"{"uri":"file:///a"}"#),
    ("prompts/get", #"{"name":"p"}"#),
  ])
  func `an allow-list of tools opens no method, and the server's name opens all`(method: String, params: String) throws
  {
    let closed = try Talk(#"{allow: "s:read_*"}"#).host(method, params)
    #expect(Self.reply(closed)?.text.contains(#""code":4030"#) == true)
    #expect(Self.reply(closed)?.to == .host)
    let open = try Talk(#"{allow: "s"}"#).host(method, params)
    #expect(Self.passes(open))
    guard case .decision(let judged)? = open.record else {
      Issue.record("no decision on record")
      return
    }
    #expect(judged.call.name == Array(method.utf8))
    #expect(Self.passes(try Talk(#"{allow: "s:\#(method)"}"#).host(method, params)))
  }

  @Test func `reading a resource has its documented spelling too, and its own arguments`() throws {
    let rules = #"{allow: "mcp.resource.read", resources: ["mcp://s/file:///data/*"]}, {deny: "*"}"#
    #expect(Self.passes(try Talk(rules).host("resources/read", #"{"uri":"file:///data/x"}"#)))
    #expect(!Self.passes(try Talk(rules).host("resources/read", #"{"uri":"file:///etc/x"}"#)))
    let byURI = #"{deny: "s:resources/*", when: {uri: "file:///etc/*"}}, {allow: "s"}"#
    #expect(Self.passes(try Talk(byURI).host("resources/read", #"{"uri":"file:///data/x"}"#)))
    #expect(!Self.passes(try Talk(byURI).host("resources/read", #"{"uri":"file:///etc/x"}"#)))
    let listen =
      #"{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["file:///data/x","file:///etc/x"]}}"#
    #expect(!Self.passes(try Talk(byURI).host("subscriptions/listen", listen)))
    #expect(Self.passes(try Talk(byURI).host("subscriptions/listen", #"{"notifications":{"toolsListChanged":true}}"#)))
  }

  @Test(arguments: [
    ("resources/read", "{}"), ("resources/read", #"{"uri":7}"#), ("resources/read", #"{"uri":"a","URI":"b"}"#),
    ("prompts/get", #"{"name":""}"#), ("prompts/get", #"{"name":"a","name\u0000":"b"}"#),
    ("Resources/Read", #"{"uri":"a"}"#),
    ("prompts/get\\u0000", #"{"name":"a"}"#), ("tools/call ", #"{"name":"a"}"#), ("tools/call\\n", #"{"name":"a"}"#),
    ("\\ufefftools/call", #"{"name":"a"}"#), ("tools/cal\\u2113", #"{"name":"a"}"#),
    ("tools/call", #"{"name":"a","name\u0000x":"b"}"#), ("tools/call", #"{"name":"a","name ":"b"}"#),
    ("Subscriptions/Listen", #"{"notifications":{"resourceSubscriptions":["a"]}}"#),
  ])
  func `what can't be judged for certain is refused`(method: String, params: String) throws {
    let step = try Talk(#"{allow: "*"}"#).host(method, params)
    guard case .refusal? = step.record else {
      Issue.record("not refused")
      return
    }
    #expect(Self.reply(step)?.text.contains("-32600") == true)
  }

  @Test func `what no rule names goes through, and a rule that names it decides`() throws {
    for method in ["completion/complete", "vendor/thing", "tasks/list"] {
      #expect(try Talk(#"{deny: "*"}"#).host(method).effects == [.forward])
      #expect(!Self.passes(try Talk(#"{deny: "*:\#(method)"}"#).host(method)))
      #expect(Self.passes(try Talk(#"{allow: "s:\#(method)"}, {deny: "*:*/*"}"#).host(method)))
    }
    for method in ["ping", "logging/setLevel", "tools/list", "prompts/list", "initialize", "server/discover"] {
      #expect(try Talk(#"{deny: "*:*/*"}, {deny: "*"}"#).host(method).effects == [.forward])
    }
  }

  @Test func `what MCP does not know is refused on request`() throws {
    let strict = try Talk(#"{allow: "*"}"#) { $0.isStrict = true }
    #expect(Self.reply(try strict.host("vendor/thing"))?.text.contains("-32601") == true)
    #expect(Self.passes(try strict.host("completion/complete", id: "2")))
    #expect(!Self.passes(try strict.send(#"{"jsonrpc":"2.0","method":"vendor/note"}"#, from: .host)))
    #expect(
      Self.passes(try strict.send(#"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#, from: .server)))
  }

  // MARK: Questions of a server

  @Test func `a request to the host's model is judged under both of its names`() throws {
    let params =
      #"{"messages":[{"role":"user","content":{"type":"text","text":"secret plans"}}],"modelPreferences":{"hints":[{"name":"big"}]},"maxTokens":9000}"#
    func asked(_ rules: String) throws -> Step {
      let talk = try Talk(rules)
      try talk.handshake()
      return try talk.server("sampling/createMessage", params)
    }
    #expect(Self.passes(try asked(#"{allow: "s"}"#)))
    #expect(Self.passes(try asked(#"{allow: "llm:generate"}"#)))
    let closed = try asked(#"{allow: "s:read_*"}"#)
    #expect(Self.reply(closed)?.to == .server)
    #expect(Self.reply(closed)?.text.contains(#""code":-1"#) == true)
    for condition in [
      "model: big", "estimated_tokens: {op: gt, value: 8000}", "messages: {op: contains, value: plans}",
    ] {
      #expect(!Self.passes(try asked(#"{deny: "llm:generate", when: {\#(condition)}}, {allow: "*"}"#)))
    }
    #expect(Self.passes(try asked(#"{deny: "llm:generate", when: {model: small}}, {allow: "*"}"#)))
    #expect(!Self.passes(try asked(#"{deny: "s:sampling/*"}, {allow: "*"}"#)))
  }

  /// What the host reads as a number of tokens or as text for its model counts, however it is written.
  @Test(arguments: [
    #"{"messages":[],"maxTokens":1e5}"#, #"{"messages":[],"maxTokens":100000.0}"#,
    #"{"messages":[],"maxTokens":99999999999999999999}"#, #"{"messages":[],"maxTokens":1,"MaxTokens":100000}"#,
    #"{"messages":[{"content":{"type":"tool_result","content":[{"type":"text","text":"secret plans"}]}}]}"#,
    #"{"messages":[{"content":[{"type":"resource","resource":{"uri":"x","text":"secret plans"}}]}]}"#,
    #"{"messages":[],"Messages":[{"content":{"type":"text","text":"secret plans"}}]}"#,
    #"{"messages":[],"SystemPrompt":"secret plans"}"#,
  ])
  func `what a request to the host's model asks for is found however it is written`(params: String) throws {
    let talk = try Talk(
      #"{deny: "llm:generate", when: {estimated_tokens: {op: gt, value: 4000}}}, "#
        + #"{deny: "llm:generate", when: {messages: {op: contains, value: secret}}}, {allow: "*"}"#)
    try talk.handshake()
    #expect(!Self.passes(try talk.server("sampling/createMessage", params)))
    #expect(Self.passes(try talk.server("sampling/createMessage", #"{"messages":[],"maxTokens":4e3}"#, id: "2")))
  }

  @Test func `other questions pass unless they are named, and an elicitation is declined`() throws {
    let talk = try Talk(#"{deny: "*"}"#)
    try talk.handshake()
    #expect(Self.passes(try talk.server("roots/list")))
    #expect(Self.passes(try talk.server("elicitation/create", id: "2")))
    let closed = try Talk(#"{deny: "*:elicitation/create"}, {deny: "*:roots/list"}, {allow: "*"}"#)
    try closed.handshake()
    let declined = try closed.server("elicitation/create")
    #expect(Self.reply(declined)?.text == #"{"jsonrpc":"2.0","id":1,"result":{"action":"decline"}}"# + "\n")
    #expect(Self.reply(try closed.server("roots/list", id: "2"))?.text.contains(#""error""#) == true)
  }

  @Test func `a server of the stateless era asks nothing, and a ping is no question`() throws {
    let talk = try Talk(#"{allow: "*"}"#)
    let step = try talk.server("roots/list")
    guard case .refusal? = step.record else {
      Issue.record("not refused")
      return
    }
    #expect(Self.passes(try talk.server("ping", id: "2")))
  }

  @Test func `what a server asks within an answer is judged like the request it was`() throws {
    let question =
      #"{"resultType":"input_required","requestState":"opaque","inputRequests":{"a":{"method":"sampling/createMessage","params":{"messages":[]}},"b":{"method":"elicitation/create","params":{}}}}"#
    let call = #"{"name":"t","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#
    let open = try Talk(#"{allow: "*"}"#)
    _ = try open.host("tools/call", call)
    let passed = try open.answer(question)
    #expect(passed.effects == [.forward] && passed.records.count == 2)

    let closed = try Talk(#"{deny: "s:sampling/*", id: no-models}, {allow: "*"}"#)
    _ = try closed.host("tools/call", call)
    let reply = try #require(Self.reply(try closed.answer(question)))
    #expect(reply.to == .host && reply.text.contains(#""isError":true"#) && reply.text.contains("no-models"))
    #expect(reply.text.contains(#""resultType":"complete""#))

    // The same if a task waits for the answer.
    _ = try closed.host("tools/call", call, id: "2")
    _ = try closed.answer(#"{"resultType":"task","taskId":"t1","status":"working"}"#, id: "2")
    _ = try closed.host("tasks/get", #"{"taskId":"t1"}"#, id: "3")
    #expect(Self.reply(try closed.answer(question, id: "3"))?.text.contains(#""code":4030"#) == true)
    let note =
      #"{"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"t1","inputRequests":{"a":{"method":"sampling/createMessage","params":{}}}}}"#
    #expect(try closed.send(note, from: .server).effects.isEmpty)
  }

  @Test func `a call that is made again is judged again, with what the server asked for`() throws {
    let talk = try Talk(#"{deny: "s:t", when: {a: nope}}, {allow: "*"}"#)
    let retry = #"{"name":"t","arguments":{"a":"yes"},"requestState":"x","inputResponses":{"q":{"base64":"QUJD"}}}"#
    let step = try talk.host("tools/call", retry)
    guard case .decision(let judged)? = step.record else {
      Issue.record("no decision on record")
      return
    }
    #expect(judged.call.isRetry && judged.decision.reasonCode == "DLP_BLOCKED")
    let changed = try talk.host("tools/call", #"{"name":"t","arguments":{"a":"nope"},"requestState":"x"}"#, id: "2")
    #expect(!Self.passes(changed))
  }

  @Test func `an error that wants an elicitation first is judged as one`() throws {
    let talk = try Talk(#"{deny: "*:elicitation/create"}, {allow: "*"}"#)
    _ = try talk.host("tools/call", #"{"name":"t"}"#)
    let error =
      #"{"jsonrpc":"2.0","id":1,"error":{"code":-32042,"message":"m","data":{"elicitations":[{"mode":"url","url":"https://x/"}]}}}"#
    #expect(Self.reply(try talk.send(error, from: .server))?.text.contains(#""isError":true"#) == true)
  }

  @Test(arguments: [
    #""data":{"Elicitations":[{"mode":"url"}]}"#, #""Data":{"elicitations":[{"mode":"url"}]}"#,
    #""data":{},"DATA":{"elicitation\u017f":[{"mode":"url"}]}"#,
  ])
  func `an elicitation in an error is found in every spelling that some host reads`(data: String) throws {
    let talk = try Talk(#"{deny: "*:elicitation/create"}, {allow: "*"}"#)
    _ = try talk.host("tools/call", #"{"name":"t"}"#)
    let step = try talk.send(
      #"{"jsonrpc":"2.0","id":1,"error":{"code":-32042,"message":"m",\#(data)}}"#, from: .server)
    #expect(Self.reply(step)?.text.contains("AMBIGUOUS_KEY") == true)
  }

  @Test(arguments: ["Sampling/createMessage", "sampling/createMessage\\u0000", "sampling/createmessage"])
  func `what a host may take for a question to its model is refused`(method: String) throws {
    let talk = try Talk(#"{deny: "s:sampling/*"}, {allow: "*"}"#)
    try talk.handshake()
    #expect(!Self.passes(try talk.server(method)))
    _ = try talk.host("tools/call", #"{"name":"t"}"#, id: "7")
    let hidden = try talk.answer(
      #"{"resultType":"input_required","InputRequests":{"a":{"method":"sampling/createMessage"}}}"#, id: "7")
    #expect(Self.reply(hidden)?.text.contains("AMBIGUOUS_KEY") == true)
  }

  @Test(arguments: [
    #"{"notifications":{"ResourceSubscriptions":["file:///etc/x"]}}"#,
    #"{"notifications":{"resourceSubscriptions\u0000":["file:///etc/x"]}}"#,
    #"{"Notifications":{"resourceSubscriptions":["file:///etc/x"]}}"#,
    #"{"notifications":{"resourceSubscriptions":"file:///etc/x"}}"#,
    #"{"notifications":{"resourceSubscriptions":[7]}}"#,
  ])
  func `a subscription that some server may read otherwise is refused`(params: String) throws {
    let step = try Talk(#"{deny: "s:resources/subscribe"}, {allow: "*"}"#).host("subscriptions/listen", params)
    #expect(Self.reply(step)?.text.contains("-32600") == true)
  }

  private static let secrets =
    "dlp_rules: [{id: w, name: w, pattern: 'Falcon', category: custom, action: block}, {id: n, name: n, pattern: '9182736455', category: custom, action: mask}]"

  @Test func `each subscription is on record before it is made, and none is masked`() throws {
    let talk = try Talk(#"{allow: "*"}"#, more: Self.secrets)
    let two = try talk.host(
      "subscriptions/listen", #"{"notifications":{"resourceSubscriptions":["file:///a","file:///b"]}}"#)
    #expect(two.records.count == 2 && Self.passes(two))
    let masked = try talk.host(
      "subscriptions/listen", #"{"notifications":{"resourceSubscriptions":["file:///9182736455"]}}"#, id: "2")
    #expect(!Self.passes(masked))
  }

  @Test func `what the host gives a server is scanned by whichever way it goes`() throws {
    let talk = try Talk(#"{allow: "*"}"#, more: Self.secrets)
    try talk.handshake()
    let update = #"{"taskId":"k","inputResponses":{"q":{"action":"accept","content":{"a":"\#("Falcon")"}}}}"#
    #expect(Self.reply(try talk.host("tasks/update", update))?.text.contains("DLP_BLOCKED") == true)
    #expect(Self.passes(try talk.host("tasks/update", #"{"taskId":"k"}"#, id: "2")))
    _ = try talk.server("elicitation/create", id: "9")
    let answer = try talk.send(
      #"{"jsonrpc":"2.0","id":9,"result":{"action":"accept","content":{"a":"Falcon"}}}"#, from: .host)
    #expect(Self.reply(answer)?.to == .server)
    _ = try talk.server("elicitation/create", id: "10")
    let number = try talk.send(#"{"jsonrpc":"2.0","id":10,"result":{"content":{"a":"9182736455"}}}"#, from: .host)
    guard case .forwardEdited? = number.effects.first else {
      Issue.record("not masked")
      return
    }
  }

  @Test func `what a task brings is held to the rules of its tool, and belongs to the tool that announced it`() throws {
    let more =
      "dialect: czproxy/1\n\(Self.secrets)\nresults: {\"s:t\": {content_types: [text/*], dlp: mask}, \"s:o\": {dlp: off}}"
    let talk = try Talk(#"{allow: "*"}"#, more: more)
    _ = try talk.host("tools/list", id: "0")
    _ = try talk.answer(#"{"tools":[{"name":"t","outputSchema":{"type":"object"}}]}"#, id: "0")
    _ = try talk.host("tools/call", #"{"name":"t"}"#)
    _ = try talk.answer(#"{"resultType":"task","taskId":"k"}"#)
    _ = try talk.host("tools/call", #"{"name":"o"}"#, id: "2")
    _ = try talk.answer(#"{"resultType":"task","taskId":"k"}"#, id: "2")
    for (id, output) in [
      ("3", #"{"content":[{"type":"image","data":"AA==","mimeType":"image/png"}]}"#),
      ("4", #"{"structuredContent":{"n":9182736455}}"#),
    ] {
      _ = try talk.host("tasks/get", #"{"taskId":"k"}"#, id: id)
      let step = try talk.answer(#"{"resultType":"complete","taskId":"k","result":\#(output)}"#, id: id)
      #expect(Self.reply(step) != nil)
    }
  }

  @Test func `what a host has to give back as it came is never masked`() throws {
    let talk = try Talk(#"{allow: "*"}"#, more: Self.secrets) { $0.resultMode = .mask }
    _ = try talk.host("tools/call", #"{"name":"t"}"#)
    #expect(Self.reply(try talk.answer(#"{"content":[],"requestState":"9182736455"}"#)) != nil)
  }

  // MARK: Ids

  @Test func `what was cancelled never surfaces later`() throws {
    let talk = try Talk(#"{allow: "*"}"#)
    _ = try talk.host("tools/call", #"{"name":"t"}"#)
    #expect(
      Self.passes(
        try talk.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#, from: .host)))
    let late = try talk.answer(#"{"content":[]}"#)
    #expect(late.effects.isEmpty)
    guard case .outcome(let outcome)? = late.record else {
      Issue.record("no outcome on record")
      return
    }
    #expect(outcome.ending == .late)
  }

  @Test func `what was cancelled does not surface by a malformed answer either`() throws {
    let talk = try Talk(#"{allow: "*"}"#)
    let malformed = #"{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}"#
    _ = try talk.host("tools/call", #"{"name":"t"}"#)
    _ = try talk.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#, from: .host)
    let step = try talk.send(malformed, from: .server)
    #expect(step.records.count == 1)
    #expect(!step.effects.contains { if case .send = $0 { true } else { false } })
    // The host is told that a call failed if it was not cancelled.
    _ = try talk.host("tools/call", #"{"name":"t"}"#)
    #expect(try talk.send(malformed, from: .server).effects.contains { if case .send = $0 { true } else { false } })
  }

  @Test func `a server whose question gets a malformed answer hears that it failed`() throws {
    let talk = try Talk(#"{allow: "*"}"#)
    try talk.handshake()
    let malformed = #"{"jsonrpc":"2.0","id":1,"result":{"text":"\ud83d"}}"#
    _ = try talk.server("roots/list")
    // The ids of host and server have nothing to do with each other.
    #expect(Self.passes(try talk.host("tools/list")))
    let refused = try #require(Self.reply(try talk.send(malformed, from: .host)))
    #expect(refused.to == .server)
    #expect(refused.text.hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"#))
    #expect(refused.text.contains("the host's answer can't be passed on"))
    #expect(Self.passes(try talk.answer(#"{"tools":[]}"#)))
    // Only once, and not if the server has withdrawn its question.
    #expect(Self.reply(try talk.send(malformed, from: .host)) == nil)
    _ = try talk.server("roots/list")
    _ = try talk.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#, from: .server)
    #expect(Self.reply(try talk.send(malformed, from: .host)) == nil)
  }

  // MARK: Results

  @Test(
    arguments: [
      (
        "{max_bytes: 60}", #"{"content":[{"type":"text","text":"a long answer that is too long"}]}"#, "RESULT_TOO_LARGE"
      ),
      ("{max_bytes: 600}", #"{"content":[{"type":"text","text":"short"}]}"#, nil),
      ("{content_types: [text/*]}", #"{"content":[{"type":"text","text":"a"}]}"#, nil),
      (
        "{content_types: [text/*]}", #"{"content":[{"type":"text","text":"a"}],"structuredContent":{"a":1}}"#,
        "CONTENT_TYPE_DENIED"
      ),
      ("{content_types: [text/*, application/json]}", #"{"content":[],"structuredContent":{"a":1}}"#, nil),
      (
        "{content_types: [text/*]}", #"{"content":[{"type":"image","data":"","mimeType":"image/png"}]}"#,
        "CONTENT_TYPE_DENIED"
      ),
      (
        "{content_types: [text/*, IMAGE/PNG]}",
        #"{"content":[{"type":"image","data":"","mimeType":"image/png; q=1"}]}"#, nil
      ),
      (
        "{content_types: [text/*]}", #"{"content":[{"type":"resource","resource":{"uri":"x","blob":""}}]}"#,
        "CONTENT_TYPE_DENIED"
      ),
      ("{content_types: [text/*]}", #"{"content":[{"type":"resource","resource":{"uri":"x","text":""}}]}"#, nil),
      // Members beside the contents, or spelled differently, do not make them acceptable.
      (
        "{content_types: [text/*]}",
        #"{"content":[{"type":"image","data":"","mimeType":"image/png","resource":{"uri":"x","text":""}}]}"#,
        "CONTENT_TYPE_DENIED"
      ),
      (
        "{content_types: [text/*]}",
        #"{"content":[{"type":"image","data":"","mimeType":"image/png"}],"result":{"content":[]}}"#,
        "CONTENT_TYPE_DENIED"
      ),
      (
        "{content_types: [text/*]}", #"{"content":[],"Content":[{"type":"image","data":"","mimeType":"image/png"}]}"#,
        "CONTENT_TYPE_DENIED"
      ),
      (
        "{content_types: [text/*]}",
        #"{"content":[{"type":"image","data":"","mimeType":"text/plain","MimeType":"image/png"}]}"#,
        "CONTENT_TYPE_DENIED"
      ),
      (
        "{content_types: [text/*]}", #"{"content":[{"type":"image","data":"","text":""}]}"#, "CONTENT_TYPE_DENIED"
      ),
    ] as [(String, String, String?)])
  func `an answer that is more than the policy permits is withheld`(rule: String, result: String, code: String?) throws
  {
    let talk = try Talk(#"{allow: "*"}"#, more: "dialect: czproxy/1\nresults: {\"s:t\": \(rule)}")
    _ = try talk.host("tools/call", #"{"name":"t"}"#)
    let step = try talk.answer(result)
    if let code {
      #expect(Self.reply(step)?.text.contains(code) == true)
    } else {
      #expect(step.effects == [.forward])
    }
    // The same output, fetched through a task.
    _ = try talk.host("tools/call", #"{"name":"t","task":{}}"#, id: "2")
    _ = try talk.answer(#"{"task":{"taskId":"k"}}"#, id: "2")
    _ = try talk.host("tasks/result", #"{"taskId":"k"}"#, id: "3")
    let later = try talk.answer(result, id: "3")
    if let code {
      #expect(Self.reply(later)?.text.contains(code) == true)
      #expect(Self.reply(later)?.text.contains(#""isError":true"#) == true)
    } else {
      #expect(later.effects == [.forward])
    }
  }
}

/// A line with some of its bytes changed.
func edited(_ line: String, _ edits: [ByteEdit]) -> [UInt8] { ByteEdit.apply(edits, to: Array(line.utf8)[...]) }
