import Foundation
import Testing

/// One policy that says no in every way there is; what becomes of it on the host's side and on the server's.
extension ProtocolMatrixTests {
  private static let policy = """
    version: "1"
    dialect: czproxy/1
    annotations: {"s:lying": {readOnlyHint: false, destructiveHint: true}}
    results:
      "s:big": {max_bytes: 1000}
      "s:job_big": {max_bytes: 1000}
      "s:image": {content_types: ["text/*"]}
      "s:resources/read": {content_types: ["text/*"]}
    rules:
      - {id: no-forbidden, deny: "s:forbidden*", reason: nobody may}
      - {id: no-text, deny: "s:echo", when: {text: "deny me"}}
      - {id: no-vault, deny: "mcp.resource.read", resources: ["mcp://s/vault://*"]}
      - {id: no-watching, deny: "s:resources/subscribe", when: {uri: "memo://note/*"}}
      - {id: no-prompt, deny: "*:prompts/get", when: {name: "prompt-1"}}
      - {id: no-models, deny: "s:sampling/*"}
      - {id: no-questions, deny: "*:elicitation/create"}
      - {id: no-roots, deny: "*:roots/list"}
      - {id: no-completion, deny: "*:completion/complete"}
      - {id: no-vendor, deny: "*:vendor/*"}
      - {id: no-task-list, deny: "*:tasks/list"}
      - {allow: "*"}
    """

  /// Answers are masked too.
  static let denied = EverythingRuns {
    try EverythingRun($0, .init(policy: policy, options: ["--dlp-results", "mask"]))
  }

  /// A tool result that says no, and by which rule.
  static func expectRefused(_ run: EverythingRun, _ step: String, by rule: String) {
    let result = value(run.steps, step, "result")
    #expect(value(result, "isError") as? Bool == true, "\(step)")
    #expect(value(result, "_meta", "ai.controlzero/decision", "policy_id") as? String == rule, "\(step)")
    #expect(run.text(step).contains("Do not retry; tell the user."), "\(step)")
  }

  /// A JSON-RPC error that says no, and by which rule.
  static func expectError(_ run: EverythingRun, _ step: String, by rule: String) {
    #expect(value(run.steps, step, "error", "code") as? Int == 4030, "\(step)")
    #expect(value(run.steps, step, "error", "data", "policy_id") as? String == rule, "\(step)")
  }

  /// How often the server was sent a method.
  private static func received(_ run: EverythingRun, _ method: String, with text: String = "") -> Int {
    run.lines("inner/in").count { $0.contains("\"method\":\"\(method)\"") && $0.contains(text) }
  }

  @Test(arguments: Pairing.same)
  func `no denial makes the SDK of either side fail, and what is not denied is as it was`(pairing: Pairing) throws {
    let run = try Self.denied[pairing]
    #expect(run.exceptions == [])
    let direct = try Self.direct[pairing]
    for step in [
      "templates", "prompts", "echo", "progress", "fail", "explode", "log", "audio", "embedded", "link", "icons",
      "no_such_tool", "structured", "read", "read nothing", "prompt", "prompt attached", "prompt nothing", "concurrent",
      "cancelled", "ping", "ping_host", "level", "unsubscribe", "announce", "roots changed",
    ] where direct.steps[step] != nil {
      let (given, expected) = (run.steps[step] as? NSObject, direct.steps[step] as? NSObject)
      #expect(given == expected, "\(step)")
    }
  }

  @Test(arguments: Pairing.same)
  func `a denied tool call is a tool result with isError, and never reaches the server`(pairing: Pairing) throws {
    let run = try Self.denied[pairing]
    Self.expectRefused(run, "forbidden", by: "no-forbidden")
    #expect(
      run.text("forbidden")
        == "Denied by Control Zero policy: nobody may (RULE_MATCH, no-forbidden). Do not retry; tell the user.")
    Self.expectRefused(run, "deny me", by: "no-text")
    let wire = try #require(run.lines("outer/out").first { $0.contains("no-forbidden") })
    #expect(wire.contains(#""result":{"resultType":"complete","#) == pairing.isModern)
    #expect(Self.received(run, "tools/call", with: "echo") > 60)
    #expect(Self.received(run, "tools/call", with: "forbidden") == 0)
    #expect(Self.received(run, "tools/call", with: "deny me") == 0)
  }

  @Test(arguments: [Pairing.modern, .old])
  func `a denied call as a task is answered as the host's era reads it`(pairing: Pairing) throws {
    let run = try Self.denied[pairing]
    if pairing.isModern {
      Self.expectRefused(run, "forbidden_job", by: "no-forbidden")
    } else {
      Self.expectError(run, "forbidden_job", by: "no-forbidden")
      Self.expectError(run, "task list", by: "no-task-list")
    }
  }

  @Test(arguments: Pairing.same)
  func `a denied read, subscription, prompt, completion or vendor request is an error with the rule in it`(
    pairing: Pairing
  ) throws {
    let run = try Self.denied[pairing]
    Self.expectError(run, "read vault", by: "no-vault")
    Self.expectError(run, pairing.isModern ? "listen" : "subscribe", by: "no-watching")
    Self.expectError(run, "prompt 1", by: "no-prompt")
    Self.expectError(run, "complete", by: "no-completion")
    Self.expectError(run, "complete template", by: "no-completion")
    Self.expectError(run, "vendor", by: "no-vendor")
    #expect(Self.received(run, "resources/read", with: "memo") > 0)
    #expect(Self.received(run, "resources/read", with: "vault") == 0)
    for method in ["resources/subscribe", "subscriptions/listen", "completion/complete", "vendor/echo"] {
      #expect(Self.received(run, method) == 0, "\(method)")
    }
  }

  @Test(arguments: [Pairing.legacy, .old])
  func `a denied request of the server is refused to it: sampling and roots by an error, an elicitation by a decline`(
    pairing: Pairing
  ) throws {
    let run = try Self.denied[pairing]
    for step in ["sample", "sample_tools", "roots", "interview"] {
      #expect(run.text(step).contains(#""refused": -1"#), "\(step)")
      #expect(run.text(step).contains(step == "roots" ? "no-roots" : "no-models"), "\(step)")
    }
    #expect(run.text("elicit") == #"{"elicit": {"action": "decline"}}"#)
    #expect(run.text("visit") == #"{"visit": {"action": "decline"}}"#)
    #expect(run.text("interview").contains(#""elicit": {"action": "decline"}"#))
    if pairing == .old {
      #expect(
        value(run.steps, "job_ask", "result", "output", "content", 0, "text") as? String == #"{"action": "decline"}"#)
    } else {
      #expect(run.text("vendor_ask") == #"{"refused": -1}"#)
    }
    func asked(_ name: String) -> [String] {
      run.lines(name).filter { line in
        ["sampling/createMessage", "elicitation/create", "roots/list", "vendor/ask"].contains {
          line.contains("\"method\":\"\($0)\"")
        }
      }
    }
    #expect(asked("inner/out").count > 6 && asked("outer/out") == [])
  }

  @Test func `what a modern server asks for within an answer is refused in the place of that answer`() throws {
    let run = try Self.denied[.modern]
    Self.expectRefused(run, "sample", by: "no-models")
    Self.expectRefused(run, "elicit", by: "no-questions")
    Self.expectRefused(run, "visit", by: "no-questions")
    Self.expectRefused(run, "roots", by: "no-roots")
    Self.expectRefused(run, "interview", by: "no-models")
    Self.expectError(run, "read ask", by: "no-models")
    Self.expectError(run, "prompt ask", by: "no-questions")
    Self.expectError(run, "job_ask", by: "no-questions")
    #expect(run.lines("inner/out").contains { $0.contains("inputRequests") })
    #expect(!run.lines("outer/out").contains { $0.contains("inputRequests") })
  }
}
