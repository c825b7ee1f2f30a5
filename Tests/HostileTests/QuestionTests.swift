import Foundation
import Testing

/// What a hostile server tries so that the host's model is asked in spite of a policy that denies it, in the built
/// executable.
struct SmuggledQuestion: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String

  init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }

  var testDescription: String { name }

  private static let params = #"{"maxTokens":1,"messages":[]}"#

  static let all: [SmuggledQuestion] = [
    .init("as it is", #"{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":\#(params)}"#),
    .init("without an id", #"{"jsonrpc":"2.0","method":"sampling/createMessage","params":\#(params)}"#),
    .init(
      "without an id, in another case", #"{"jsonrpc":"2.0","method":"Sampling/CreateMessage","params":\#(params)}"#),
    .init("in another case", #"{"jsonrpc":"2.0","id":"q","method":"sampling/createmessage","params":\#(params)}"#),
    .init(
      "under Method", #"{"jsonrpc":"2.0","id":"q","method":"ping","Method":"sampling/createMessage","params":{}}"#),
    .init("in an array", #"[{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":\#(params)}]"#),
    .init("beside a result", #"{"jsonrpc":"2.0","id":ID,"method":"sampling/createMessage","result":{}}"#),
    .init(
      "behind a CR",
      "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}\r{\"jsonrpc\":\"2.0\",\"method\":\"sampling/createMessage\"}"
    ),
    .init("within the answer", answer(#"{"inputRequests":{"q":{"method":"sampling/createMessage","params":{}}}}"#)),
    .init(
      "within the answer, in another case", answer(#"{"inputRequests":{"q":{"method":"Sampling/createMessage"}}}"#)),
    .init(
      "within the answer, under Method",
      answer(#"{"inputRequests":{"q":{"method":"roots/list","Method":"sampling/createMessage"}}}"#)),
    .init(
      "within the answer, under InputRequests", answer(#"{"InputRequests":{"q":{"method":"sampling/createMessage"}}}"#)),
    .init("within the answer, in a list", answer(#"{"inputRequests":[{"method":"sampling/createMessage"}]}"#)),
    .init(
      "within a task that nobody began",
      #"{"jsonrpc":"2.0","method":"notifications/tasks","params":{"inputRequests":{"q":{"Method":"sampling/createMessage"}}}}"#
    ),
  ]

  private static func answer(_ result: String) -> String { #"{"jsonrpc":"2.0","id":ID,"result":\#(result)}"# }
}

@Suite struct QuestionTests {
  @Test(arguments: SmuggledQuestion.all)
  func `a question that the policy denies does not reach the host`(question: SmuggledQuestion) throws {
    let scratch = try Scratch()
    let policy = try scratch.file(
      "policy.yaml",
      "version: \"1\"\nrules:\n  - {deny: \"s:sampling/createMessage\", reason: no}\n  - {allow: \"s\"}\n")
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--"]
        + BypassTests.server + ["--record", "\(scratch.path)/ran"])
    process.send(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#)
    _ = try process.line()
    let hex = Data((question.text + "\n").utf8).map { String(format: "%02x", $0) }.joined()
    process.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"raw","arguments":{"hex":"\#(hex)"}}}"#)
    process.send(#"{"jsonrpc":"2.0","id":"after it","method":"tools/call","params":{"name":"echo"}}"#)
    while !(try process.line()).contains(#""id":"after it""#) {}
    process.closeInput()
    #expect(try process.wait() == 0)
    for line in process.output.text.split(separator: "\n") {
      let message = try json(String(line))
      #expect((message["method"] as? String)?.lowercased() != "sampling/createmessage")
      #expect(message["Method"] == nil && value(message, "result", "inputRequests") == nil)
      #expect(value(message, "result", "InputRequests") == nil && value(message, "params", "inputRequests") == nil)
    }
  }
}
