import Foundation
import Testing

/// What no SDK sends, or not at the moment that matters: line by line.
extension ProtocolMatrixTests {
  /// Answers the first line that it reads by the first text, the next by the next; then it only reads.
  private static let server = """
    import sys
    answers = sys.argv[2:]
    with open(sys.argv[1], "w") as log:
        for line in sys.stdin:
            log.write(line)
            if answers:
                print(answers.pop(0), end="", flush=True)
    """

  /// - Parameters:
  ///   - more: of the policy, each line with its line end.
  ///   - answers: the lines that the server writes for each line that it reads.
  ///   - host: the lines that the host sends, and for how many it waits after each.
  /// - Returns: the lines that either side got.
  private static func converse(
    _ rules: String, more: String = "", options: [String] = [], answers: [[String]] = [],
    host: [(line: String, waits: Int)]
  ) throws -> (host: [String], server: [String]) {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", "version: \"1\"\n\(more)rules: [\(rules)]\n")
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state] + options
        + ["--", "python3", "-c", server, "\(scratch.path)/received"]
        + answers.map { $0.map { $0 + "\n" }.joined() })
    for (line, waits) in host {
      process.send(line)
      for _ in 0..<waits { _ = try process.line() }
    }
    process.closeInput()
    try process.wait()
    let received = String(decoding: scratch.read("received"), as: UTF8.self)
    return (
      process.output.text.split(separator: "\n").map(String.init), received.split(separator: "\n").map(String.init)
    )
  }

  private static let initialize = #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#
  private static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#

  @Test(arguments: [
    "tools/call", "resources/read", "resources/subscribe", "subscriptions/listen", "prompts/get", "Tools/Call",
    #"prompts/get\u0000"#,
  ])
  func `a method that is judged is refused where it has no id`(method: String) throws {
    let note = #"{"jsonrpc":"2.0","method":"\#(method)","params":{"name":"t","uri":"memo://a"}}"#
    let (host, server) = try Self.converse("{allow: \"*\"}", host: [(note, 0), (Self.initialized, 0)])
    #expect(host == [] && server == [Self.initialized])
  }

  @Test func `rules for methods are not asked about notifications`() throws {
    let notes = ["notifications/roots/list_changed", "notifications/progress", "vendor/note"].map {
      #"{"jsonrpc":"2.0","method":"\#($0)","params":{}}"#
    }
    let (host, server) = try Self.converse("{deny: \"*:*/*\"}", host: notes.map { ($0, 0) })
    #expect(host == [] && server == notes)
  }

  @Test func `a vendor's method without a slash can't be named, and strict methods refuse it`() throws {
    let request = #"{"jsonrpc":"2.0","id":1,"method":"restart","params":{}}"#
    let open = try Self.converse("{deny: \"s:restart\"}, {deny: \"*\"}", host: [(request, 0)])
    #expect(open.host == [] && open.server == [request])
    let strict = try Self.converse("{allow: \"*\"}", options: ["--strict-methods"], host: [(request, 1)])
    #expect(strict.server == [] && strict.host.count == 1 && strict.host[0].contains("-32601"))
  }

  @Test func `the host's answer to what the server cancelled is dropped`() throws {
    let question = #"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#
    let cancelled = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}}"#
    let (host, server) = try Self.converse(
      "{allow: \"*\"}", answers: [[#"{"jsonrpc":"2.0","id":0,"result":{}}"#], [question, cancelled]],
      host: [
        (Self.initialize, 1), (Self.initialized, 2), (#"{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}"#, 0),
        (Self.initialized, 0),
      ])
    #expect(host.suffix(2) == [question, cancelled])
    #expect(server == [Self.initialize, Self.initialized, Self.initialized])
  }

  @Test func `a server that asks before it was introduced is refused`() throws {
    let (host, server) = try Self.converse(
      "{allow: \"*\"}",
      answers: [[#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#, #"{"jsonrpc":"2.0","id":0,"result":{}}"#]],
      host: [(#"{"jsonrpc":"2.0","id":0,"method":"server/discover","params":{}}"#, 1), (Self.initialized, 0)])
    #expect(host == [#"{"jsonrpc":"2.0","id":0,"result":{}}"#])
    #expect(server.contains { $0.contains(#""id":"q""#) && $0.contains("-32600") })
  }

  @Test func `what a task's answer may not hold does not come by a notification either`() throws {
    let image = #"{"content":[{"type":"image","data":"AA==","mimeType":"image/png"}]}"#
    func note(_ result: String) -> String {
      #"{"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"k","status":"completed","result":\#(result)}}"#
    }
    let task = #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"task","taskId":"k","status":"working"}}"#
    let (host, _) = try Self.converse(
      "{allow: \"*\"}", more: "dialect: czproxy/1\nresults: {\"s:t\": {content_types: [\"text/*\"]}}\n",
      answers: [[task, note(image), note(#"{"content":[]}"#)]],
      host: [(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}"#, 2)])
    #expect(host == [task, note(#"{"content":[]}"#)])
  }

  @Test func `what a server notes in words that MCP does not know is dropped on request`() throws {
    let note = #"{"jsonrpc":"2.0","method":"vendor/note","params":{}}"#
    let known = #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}"#
    let open = try Self.converse("{allow: \"*\"}", answers: [[note, known]], host: [(Self.initialized, 2)])
    #expect(open.host == [note, known])
    let strict = try Self.converse(
      "{allow: \"*\"}", options: ["--strict-methods"], answers: [[note, known]], host: [(Self.initialized, 1)])
    #expect(strict.host == [known])
  }
}
