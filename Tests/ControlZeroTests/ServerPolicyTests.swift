import ControlZero
import Foundation
import Testing

/// What a policy does about tools that are MCP servers, beyond letting calls through.
@Suite struct ServerPolicyTests {
  private static let numbers = """
    version: "1"
    rules:
      - {id: all, allow: "*"}
    dlp_rules:
      - {id: n, name: n, pattern: "4711", category: custom, action: mask}
    """

  @Test func `arguments are masked before they are sent, and results where the policy says so`() throws {
    let scratch = try Scratch()
    let policy = """
      version: "1"
      dialect: czproxy/1
      rules:
        - id: all
          allow: "*"
      dlp_rules:
        - {id: ticket, name: ticket, pattern: "TKT-[0-9]{6}", category: custom, action: mask}
        - {id: never, name: never, pattern: "918273-[0-9]+", category: custom, action: block}
      """
    let configuration = try ServerTests.configuration(scratch, policy: policy)
    var strict = configuration
    strict.resultMode = .block
    try withControlZero(strict) { client throws in
      let echo = try client.callTool("s", "echo", ["text": "see TKT-123456"])
      #expect(echo.contentText == #"{"text": "see [REDACTED-TICKET]"}"#)
      #expect(throws: PolicyDeniedError.self) { try client.callTool("s", "echo", ["text": "918273-1"]) }
      let said = try client.callTool("s", "say", ["parts": ["TKT-", "654321"]])
      #expect(said.contentText?.contains("654321") == false)
      #expect { try client.callTool("s", "say", ["parts": ["918273", "-55"]]) } throws: { error in
        (error as? ToolCallError)?.reason == .withheld
      }
      client.register("closure") { _, _, _ in "it is TKT-111111" }
      #expect(try client.callTool("closure", "m") == "it is [REDACTED-TICKET]")
    }
  }

  @Test func `where a decision hangs on a tool's schema, the server is asked for it first, and once`() throws {
    let scratch = try Scratch()
    let record = "\(scratch.path)/received"
    let tools =
      #"[{"name":"echo","inputSchema":{"type":"object","properties":{"n":{"type":"integer"},"t":{"type":["string","integer"]}}}}]"#
    let configuration = try ServerTests.configuration(
      scratch, ["--record", record, "--tools", tools], policy: Self.numbers)
    try withControlZero(configuration) { client throws in
      _ = try client.callTool("s", "echo", ["n": 1])
      #expect(!ServerTests.text(scratch, "received").contains("tools/list"))
      let error = #expect(throws: PolicyDeniedError.self) { try client.callTool("s", "echo", ["n": 4711]) }
      #expect(error?.decision.reason.contains("`n`") == true)
      #expect(try client.callTool("s", "echo", ["t": 4711]).contentText == #"{"t": "[REDACTED-N]"}"#)
      #expect(ServerTests.text(scratch, "received").components(separatedBy: "tools/list").count == 2)
    }
  }

  private static func tools(_ type: String) -> JSONValue {
    [["name": "echo", "inputSchema": ["type": "object", "properties": ["n": ["type": .string(type)]]]]]
  }

  private static func count(_ text: String, _ scratch: Scratch) -> Int {
    ServerTests.text(scratch, "received").components(separatedBy: text).count - 1
  }

  @Test
  func `a tool that changed is judged by its new schema, for both clients, and by that of a server started again`()
    async throws
  {
    let scratch = try Scratch()
    let configuration = try ServerTests.configuration(
      scratch, ["--record", "\(scratch.path)/received", "--tools", Self.tools("integer").description],
      policy: Self.numbers)
    try withControlZero(configuration) { client throws in
      func masks() throws -> Bool {
        do {
          return try client.callTool("s", "echo", ["n": 4711]).contentText == #"{"n": "[REDACTED-N]"}"#
        } catch is PolicyDeniedError {
          return false
        }
      }
      #expect(try !masks() && !masks())
      _ = try client.callTool("s", "retool", ["tools": Self.tools("string")])
      #expect(try masks() && masks())
      #expect(Self.count("tools/list", scratch) == 2)
      _ = try client.callTool("s", "retool", ["tools": Self.tools("number")])
      #expect(try !masks())
      // A restarted server begins with the tools that it was first started with.
      _ = try client.callTool("s", "retool", ["tools": Self.tools("string")])
      #expect(try masks())
      #expect(throws: ToolCallError.self) { try client.callTool("s", "die") }
      #expect(try !masks())
    }
    try await withControlZero(configuration) { client in
      await #expect(throws: PolicyDeniedError.self) { try await client.callTool("s", "echo", ["n": 4711]) }
      _ = try await client.callTool("s", "retool", ["tools": Self.tools("string")])
      #expect(try await client.callTool("s", "echo", ["n": 4711]).contentText == #"{"n": "[REDACTED-N]"}"#)
    }
  }

  @Test func `a modern server is asked once to tell of changes, and again where it tells no more`() throws {
    let scratch = try Scratch()
    let configuration = try ServerTests.configuration(
      scratch, ["--record", "\(scratch.path)/received", "--tools", Self.tools("string").description],
      policy: Self.numbers)
    try withControlZero(configuration) { client throws in
      func ask() throws -> [Int] {
        for _ in 0..<2 { _ = try client.callTool("s", "echo", ["n": 4711]) }
        return [Self.count("subscriptions/listen", scratch), Self.count("tools/list", scratch)]
      }
      #expect(try ask() == [1, 1])
      _ = try client.callTool("s", "retool", ["tools": Self.tools("string")])
      #expect(try ask() == [1, 2])
      _ = try client.callTool("s", "hush")
      #expect(try ask() == [2, 3])
    }
  }

  @Test(arguments: [("everything1.py", "mcp1", 0), ("everything2.py", "mcp2", 1)])
  func `a real server is asked again for its tools once it said that they changed`(
    name: String, environment: String, streams: Int
  ) throws {
    let python = Project.program("python", in: environment)
    guard Project.exists(python) else { return }
    let scratch = try Scratch()
    try withControlZero(scratch.configuration(Self.numbers)) { client throws in
      client.registerServer(
        "s",
        command: [
          "sh", "-c", "tee '\(scratch.path)/received' | exec \"$@\"", "sh", python,
          "\(Project.root)/Testdata/servers/\(name)",
        ])
      _ = try client.callTool("s", "echo", ["text": "4711"])
      let pages = Self.count("tools/list", scratch)
      _ = try client.callTool("s", "echo", ["text": "4711"])
      #expect(pages > 1 && Self.count("tools/list", scratch) == pages)
      _ = try client.callTool("s", "announce")
      _ = try client.callTool("s", "echo", ["text": "4711"])
      #expect(Self.count("tools/list", scratch) == 2 * pages)
      #expect(Self.count("subscriptions/listen", scratch) == streams)
    }
  }

  @Test func `a list of tools that never comes ends by the time limit, and is asked for again`() throws {
    let scratch = try Scratch()
    let record = "\(scratch.path)/received"
    let configuration = try ServerTests.configuration(
      scratch, ["--record", record, "--silent", "tools/list"], policy: Self.numbers)
    try withControlZero(configuration) { client throws in
      _ = try client.callTool("s", "echo")
      // The call itself gets no more time than the list, and it does not matter whether its answer comes in time.
      for _ in 0..<2 { _ = try? client.callTool("s", "echo", ["t": 4711], timeout: .milliseconds(50)) }
      _ = try client.callTool("s", "echo")
      #expect(ServerTests.text(scratch, "received").components(separatedBy: "tools/list").count == 3)
      #expect(ServerTests.text(scratch, "received").components(separatedBy: "[REDACTED-N]").count == 3)
    }
  }

  @Test func `a task that is cancelled while the list of tools is asked for gives up`() async throws {
    let scratch = try Scratch()
    let record = "\(scratch.path)/received"
    let configuration = try ServerTests.configuration(
      scratch, ["--record", record, "--silent", "tools/list"], policy: Self.numbers, timeout: .seconds(100_000))
    try await withControlZero(configuration) { client in
      let task = Task { try await client.callTool("s", "echo", ["t": 4711]) }
      while !ServerTests.text(scratch, "received").contains("tools/list") {
        try await Task.sleep(for: .milliseconds(2))
      }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      _ = try await client.callTool("s", "echo")
      #expect(ServerTests.text(scratch, "received").contains("notifications/cancelled"))
    }
    #expect(try scratch.rows("decision").count == 1)
  }

  @Test func `a server is judged in all spellings of its tools`() throws {
    let scratch = try Scratch()
    let policy = """
      version: "1"
      rules:
        - id: spelt
          deny: "mcp__s__echo"
        - id: by-resource
          deny: "mcp.tool.call"
          resources: ["mcp://s/other"]
        - id: all
          allow: "*"
      """
    try withControlZero(ServerTests.configuration(scratch, policy: policy)) { client throws in
      #expect(try client.evaluate("s", "echo").policyID == "spelt")
      #expect(try client.evaluate("s", "other").policyID == "by-resource")
      #expect(try client.evaluate("t", "echo").policyID == "all")
    }
  }
}
