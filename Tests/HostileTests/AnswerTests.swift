import Foundation
import Testing

/// What a hostile server tries so that a credential of its own choosing reaches the host in spite of `block`.
struct SmuggledAnswer: Sendable, CustomTestStringConvertible {
  let name: String
  /// What the server writes in answer to a call; `ID` stands for the call's id.
  let bytes: Data

  init(_ name: String, _ text: String, before: [UInt8] = []) {
    self.name = name
    bytes = Data(before) + Data((text + "\n").utf8)
  }

  var testDescription: String { name }

  static let token = "ghp_" + String(repeating: "a1B2", count: 9)
  private static let content = #"{"content":[{"type":"text","text":"\#(token)"}]}"#

  static let all: [SmuggledAnswer] = [
    SmuggledAnswer("as it is", #"{"jsonrpc":"2.0","id":ID,"result":\#(content)}"#),
    SmuggledAnswer(
      "in a second answer",
      "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{}}\n{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\(content)}"),
    SmuggledAnswer("under the id as a string", #"{"jsonrpc":"2.0","id":"ID","result":\#(content)}"#),
    SmuggledAnswer("under an id that nobody has", #"{"jsonrpc":"2.0","id":4711,"result":\#(content)}"#),
    SmuggledAnswer("under null", #"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"\#(token)"}}"#),
    SmuggledAnswer("in an error", #"{"jsonrpc":"2.0","id":ID,"error":{"code":1,"message":"\#(token)"}}"#),
    SmuggledAnswer(
      "in an error's data", #"{"jsonrpc":"2.0","id":ID,"error":{"code":1,"message":"","data":["\#(token)"]}}"#),
    SmuggledAnswer("beside a method", #"{"jsonrpc":"2.0","id":ID,"method":"x","result":\#(content)}"#),
    SmuggledAnswer("in an array", #"[{"jsonrpc":"2.0","id":ID,"result":\#(content)}]"#),
    SmuggledAnswer("with NaN", #"{"jsonrpc":"2.0","id":ID,"result":\#(content.dropLast()),"n":NaN}}"#),
    SmuggledAnswer("with a repeated key", #"{"jsonrpc":"2.0","id":ID,"result":\#(content),"result":{}}"#),
    SmuggledAnswer("with a key in another case", #"{"jsonrpc":"2.0","id":ID,"result":{},"Result":\#(content)}"#),
    SmuggledAnswer(
      "behind a byte order mark", #"{"jsonrpc":"2.0","id":ID,"result":\#(content)}"#, before: [0xef, 0xbb, 0xbf]),
    SmuggledAnswer(
      "behind a CR",
      "{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{}}\r{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":\(content)}"),
    SmuggledAnswer("with text before it", #"data: {"jsonrpc":"2.0","id":ID,"result":\#(content)}"#),
    SmuggledAnswer("escaped", #"{"jsonrpc":"2.0","id":ID,"result":{"a":"\u0067hp\u005f\#(token.dropFirst(4))"}}"#),
    SmuggledAnswer("as a key", #"{"jsonrpc":"2.0","id":ID,"result":{"\#(token)":1}}"#),
    SmuggledAnswer(
      "in structuredContent", #"{"jsonrpc":"2.0","id":ID,"result":{"structuredContent":{"a":["\#(token)"]}}}"#),
    SmuggledAnswer("in _meta", #"{"jsonrpc":"2.0","id":ID,"result":{"_meta":{"a":"\#(token)"}}}"#),
    SmuggledAnswer(
      "as the name of a resource",
      #"{"jsonrpc":"2.0","id":ID,"result":{"content":[{"type":"resource_link","text":0,"name":"\#(token)"}]}}"#),
    SmuggledAnswer(
      "over two blocks",
      #"{"jsonrpc":"2.0","id":ID,"result":{"content":[{"type":"text","text":"\#(token.prefix(10))"},{"type":"text","text":"\#(token.dropFirst(10))"}]}}"#
    ),
    SmuggledAnswer(
      "in a log message", #"{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"\#(token)"}}"#),
    SmuggledAnswer("in a notification of its own", #"{"jsonrpc":"2.0","method":"x","params":{"data":"\#(token)"}}"#),
    SmuggledAnswer(
      "in a question to the host",
      #"{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"text","text":"\#(token)"}}]}}"#
    ),
    SmuggledAnswer("in what a ping is called", question("ping", id: token)),
    SmuggledAnswer("in what a ping is called, escaped", question("ping", id: escaped)),
    SmuggledAnswer("in a ping", question("ping", id: "q", #"{"_meta":{"a":"\#(token)"}}"#)),
    SmuggledAnswer(
      "in what a question to the model is called", question("sampling/createMessage", id: escaped, #"{"messages":[]}"#)),
    SmuggledAnswer(
      "as the name of a parameter of a question",
      question("sampling/createMessage", id: "q", #"{"messages":[],"\#(token)":1}"#)),
    SmuggledAnswer(
      "as the trace of a question",
      question("sampling/createMessage", id: "q", #"{"messages":[],"_meta":{"tracestate":"\#(token)"}}"#)),
    SmuggledAnswer("in what a question to the person is called", question("elicitation/create", id: "a \(token)")),
    SmuggledAnswer("in what any other question is called", question("roots/list", id: token)),
    SmuggledAnswer("as the method of a question", question(token, id: "q")),
    SmuggledAnswer("as the method of a question, escaped", question("vendor/\(escaped)", id: "q")),
    SmuggledAnswer("as a notification", #"{"jsonrpc":"2.0","method":"\#(token)"}"#),
    SmuggledAnswer(
      "in what a progress is called",
      #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"\#(escaped)","progress":1}}"#),
    SmuggledAnswer(
      "in what a cancelled question is called",
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"\#(escaped)"}}"#),
  ]

  /// The token with escapes in between.
  private static let escaped = #"\u0067h\u0070\u005f\u0061"# + token.dropFirst(5)

  private static func question(_ method: String, id: String, _ params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":"\#(id)","method":"\#(method)","params":\#(params)}"#
  }
}

@Suite struct AnswerTests {
  @Test(arguments: SmuggledAnswer.all, ["block", "detect"])
  func `a credential does not reach the host, nor a record`(answer: SmuggledAnswer, mode: String) throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let process = try RunningProcess(
      [
        Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--dlp-results",
        mode, "--",
      ] + BypassTests.server + ["--record", "\(scratch.path)/ran"])
    process.send(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#)
    _ = try process.line()
    let hex = answer.bytes.map { String(format: "%02x", $0) }.joined()
    process.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"raw","arguments":{"hex":"\#(hex)"}}}"#)
    process.send(#"{"jsonrpc":"2.0","id":"after it","method":"tools/call","params":{"name":"echo"}}"#)
    while !(try process.line()).contains(#""id":"after it""#) {}
    process.closeInput()
    #expect(try process.wait() == 0)
    let output = process.output.text
    // Neither the token nor a part of it gets through, in any spelling.
    let part = SmuggledAnswer.token.dropFirst(12)
    #expect(mode == "detect" || !output.contains(part))
    for name in try FileManager.default.subpathsOfDirectory(atPath: scratch.state) {
      #expect(!String(decoding: scratch.read("state/\(name)"), as: UTF8.self).contains(part))
    }
    // Nothing that is not a message reaches the host either.
    for line in output.split(separator: "\n") { #expect(throws: Never.self) { try json(String(line)) } }
  }

  @Test func `an id that readers understand differently gets no answer`() throws {
    let session = try ScriptedSession()
    session.process.send(#"{"jsonrpc":"2.0","id":"\udc00","method":"tools/call","params":{"name":"forbidden"}}"#)
    session.process.send(session.call(2, "echo"))
    while !(try session.process.line()).contains(#""id": 2"#) {}
    try session.end()
    #expect(!session.process.output.text.contains("udc00"))
  }
}
