import ControlZero
import Foundation
import Testing

/// Tools that are MCP servers, over stdio.
@Suite struct ServerTests {
  static let allowAll = """
    version: "1"
    rules:
      - id: no-deletes
        deny: "s:delete*"
        reason: nothing is deleted
      - id: all
        allow: "*"
    """

  /// A file of servers with one that is called `s`.
  static func servers(_ scratch: Scratch, _ options: [String] = [], environment: [String: String] = [:]) throws
    -> String
  {
    let words = Project.scriptedServer + options
    let arguments = words.dropFirst().map { JSONValue.string($0) }
    let variables = JSONObject(environment.map { (name: $0.key, value: .string($0.value)) })
    let file: JSONValue = [
      "mcpServers": [
        "s": ["command": .string(words[0]), "args": .array(arguments), "env": .object(variables)],
        "off": ["command": "/nonexistent", "disabled": true], "remote": ["url": "https://example.com/mcp"],
      ]
    ]
    return try scratch.file("servers.json", file.description)
  }

  static func configuration(
    _ scratch: Scratch, _ options: [String] = [], policy: String = allowAll, timeout: Duration = .seconds(60)
  ) throws -> ControlZeroConfiguration {
    let path = try Self.servers(scratch, options)
    return try scratch.configuration(policy) { configuration in
      configuration.serversPath = path
      configuration.callTimeout = timeout
    }
  }

  static func text(_ scratch: Scratch, _ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: "\(scratch.path)/\(name)") ?? Data(), as: UTF8.self)
  }

  @Test func `a tool is called on the server, with the bytes that were judged`() throws {
    let scratch = try Scratch()
    let record = "\(scratch.path)/received"
    try withControlZero(Self.configuration(scratch, ["--record", record])) { client throws in
      #expect(!Project.exists(record))
      let arguments: JSONObject = [
        "z": 1, "a": 1.0, "text": "caf\u{e9} \"q\"\n", "list": [true, nil],
        "number": try JSONValue(parsing: "12345678901234567890123"),
      ]
      let result = try client.callTool("s", "echo", arguments, context: ["user_id": "u"])
      #expect(try JSONValue(parsing: result.contentText ?? "") == .object(arguments))
      #expect(Self.text(scratch, "received").contains(String(decoding: arguments.json, as: UTF8.self)))
    }
    let rows = try scratch.rows("outcome")
    #expect(rows.count == 1 && rows[0]["is_error"] == false && rows[0]["dlp_output_status"] == "clean")
  }

  @Test func `a denied call never starts the server`() throws {
    let scratch = try Scratch()
    let record = "\(scratch.path)/received"
    try withControlZero(Self.configuration(scratch, ["--record", record])) { client throws in
      let error = #expect(throws: PolicyDeniedError.self) { try client.callTool("s", "delete_all") }
      #expect(error?.decision.policyID == "no-deletes")
    }
    #expect(!Project.exists(record))
  }

  @Test func `a server that dies in mid-call fails the calls in flight, and is started for the next`() async throws {
    let scratch = try Scratch()
    try await withControlZero(Self.configuration(scratch)) { client in
      let silent = Task { try await client.callTool("s", "never") }
      _ = try await client.callTool("s", "echo")
      await #expect { try await client.callTool("s", "die") } throws: { error in
        (error as? ToolCallError)?.reason == .serverEnded
      }
      await #expect { try await silent.value } throws: { error in (error as? ToolCallError)?.reason == .serverEnded }
      #expect(try await client.callTool("s", "echo", ["again": 1]).contentText == #"{"again": 1}"#)
    }
  }

  @Test func `a call that is never answered ends by its time limit, and the server is told`() throws {
    let scratch = try Scratch()
    let record = "\(scratch.path)/received"
    try withControlZero(Self.configuration(scratch, ["--record", record])) { client throws in
      #expect { try client.callTool("s", "never", timeout: .milliseconds(200)) } throws: { error in
        (error as? ToolCallError)?.reason == .timedOut
      }
      // The server reads messages in the order in which they were sent.
      _ = try client.callTool("s", "echo")
      #expect(Self.text(scratch, "received").contains("notifications/cancelled"))
    }
  }

  @Test func `a server that reads nothing does not hold its callers or its end`() throws {
    let scratch = try Scratch()
    try withControlZero(Self.configuration(scratch, ["--deaf"], timeout: .milliseconds(300))) { client throws in
      #expect { try client.callTool("s", "echo") } throws: { error in
        (error as? ToolCallError)?.reason == .timedOut
      }
    }
  }

  @Test func `a task that is cancelled gives its call up, and the server is told`() async throws {
    let scratch = try Scratch()
    let record = "\(scratch.path)/received"
    try await withControlZero(Self.configuration(scratch, ["--record", record])) { client in
      _ = try await client.callTool("s", "echo")
      let task = Task { try await client.callTool("s", "never") }
      while !Self.text(scratch, "received").contains("\"never\"") { try await Task.sleep(for: .milliseconds(2)) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      _ = try await client.callTool("s", "echo")
      #expect(Self.text(scratch, "received").contains("notifications/cancelled"))
    }
    #expect(try scratch.rows("outcome").contains { $0["error"] == "cancelled" })
  }

  @Test func `of two answers the first counts, strangers and noise are dropped`() throws {
    let scratch = try Scratch()
    try withControlZero(Self.configuration(scratch)) { client throws in
      #expect(try client.callTool("s", "twice").contentText == "one")
      #expect(try client.callTool("s", "stranger").contentText == "mine")
      #expect(try client.callTool("s", "noise").contentText == "after the noise")
      #expect(try client.callTool("s", "split").contentText == "in three parts")
      #expect(try client.callTool("s", "ask").contentText == "asked")
      #expect { try client.callTool("s", "malformed") } throws: { ($0 as? ToolCallError)?.reason == .malformed }
      #expect(try client.callTool("s", "big", ["bytes": 3_000_000]).contentText?.utf8.count == 3_000_000)
    }
  }

  @Test func `what a tool says of its failure is an error with its result`() throws {
    let scratch = try Scratch()
    try withControlZero(Self.configuration(scratch)) { client throws in
      let error = #expect(throws: ToolCallError.self) { try client.callTool("s", "fail") }
      guard case .reported(let result)? = error?.reason else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(result.contentText == "it failed")
      #expect { try client.callTool("s", "say-error", ["parts": ["x"]]) } throws: { error in
        (error as? ToolCallError)?.reason == .server(code: "-1")
      }
    }
    #expect(try scratch.rows("outcome").map { $0["error"]?.string } == ["tool_error", "server_error"])
  }

  @Test func `200 calls at a time on one server each get their own answer`() async throws {
    let scratch = try Scratch()
    try await withControlZero(Self.configuration(scratch)) { client in
      try await withThrowingTaskGroup(of: (Int, String?).self) { group in
        for number in 0..<200 {
          group.addTask {
            (number, try await client.callTool("s", "echo", ["n": .integer(Int64(number))]).contentText)
          }
        }
        for try await (number, text) in group { #expect(text == #"{"n": \#(number)}"#) }
      }
    }
    #expect(try scratch.rows("decision").count == 200)
  }

  @Test func `a task that is cancelled while its server starts does not wait for that`() async throws {
    let scratch = try Scratch()
    let configuration = try scratch.configuration(Self.allowAll) { $0.callTimeout = .seconds(100_000) }
    try await withControlZero(configuration) { client in
      // A server that never writes anything.
      let started = "\(scratch.path)/started"
      client.registerServer("s", command: ["sh", "-c", ": > '\(started)'; exec sleep 100000"])
      let task = Task { try await client.callTool("s", "echo") }
      while !Project.exists(started) { try await Task.sleep(for: .milliseconds(2)) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    #expect(try scratch.rows("outcome").map { $0["error"]?.string } == ["cancelled"])
  }

  @Test func `a server gets its environment, and not our secrets`() async throws {
    // In a process of its own, since all tests of a process share its environment.
    await #expect(processExitsWith: .success) {
      unsafe setenv("CZ_API_KEY", "cz_test_secret", 1)
      let scratch = try Scratch()
      let path = try ServerTests.servers(scratch, environment: ["FOR_THE_SERVER": "yes"])
      try withControlZero(scratch.configuration(ServerTests.allowAll) { $0.serversPath = path }) { client throws in
        func value(_ name: String) throws -> String? {
          try client.callTool("s", "environment", ["name": .string(name)]).contentText
        }
        try #require(try value("FOR_THE_SERVER") == "yes")
        try #require(try value("CZ_API_KEY") == "(none)")
        try #require(try value("PATH") != "(none)")
      }
    }
  }

  @Test func `a server that can't be started, and one that is no child process, are told apart`() throws {
    let scratch = try Scratch()
    try withControlZero(Self.configuration(scratch)) { client throws in
      client.registerServer("missing", command: ["/nonexistent/server"])
      #expect { try client.callTool("missing", "m") } throws: { ($0 as? ToolCallError)?.reason == .start }
      #expect(throws: ToolNotFoundError.self) { try client.callTool("remote", "m") }
      #expect(throws: ToolNotFoundError.self) { try client.callTool("off", "m") }
    }
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"mcpServers": []}"#, #"{"mcpServers": {"a": 1}}"#, #"{"mcpServers": {"a": {"command": 1}}}"#,
    #"{"mcpServers": {"a": {"command": "x", "args": "y"}}}"#, #"{"mcpServers": {"a": {"command": "x", "args": [1]}}}"#,
    #"{"mcpServers": {"a": {"command": "x", "env": {"A": 1}}}}"#,
  ])
  func `a file of servers that is none is refused`(text: String) throws {
    let scratch = try Scratch()
    let path = try scratch.file("bad.json", text)
    #expect(throws: InvalidConfigurationError.self) {
      try withControlZero(scratch.configuration(Self.allowAll) { $0.serversPath = path }) { _ in }
    }
  }

  @Test func `the server that was registered last executes a tool`() throws {
    let scratch = try Scratch()
    try withControlZero(scratch.configuration(Self.allowAll)) { client throws in
      client.register("s") { _, _, _ in "the closure" }
      client.registerServer("s", command: ["/nonexistent/server"])
      client.registerServer("s", command: Project.scriptedServer)
      #expect(try client.callTool("s", "echo").contentText == "{}")
      client.register("s") { _, _, _ in "the closure" }
      #expect(try client.callTool("s", "echo") == "the closure")
    }
  }

  @Test func `a call whose server is replaced is told so, by a client that goes on`() async throws {
    let scratch = try Scratch()
    let record = "\(scratch.path)/received"
    try await withControlZero(scratch.configuration(Self.allowAll)) { client in
      client.registerServer("s", command: Project.scriptedServer + ["--record", record])
      let call = Task { try await client.callTool("s", "never") }
      try await until { Self.text(scratch, "received").contains("never") }
      client.register("s") { _, _, _ in "the closure" }
      await #expect { try await call.value } throws: { ($0 as? ToolCallError)?.reason == .serverEnded }
      #expect(try await client.callTool("s", "echo") == "the closure")
    }
    #expect(try scratch.rows("outcome").map { $0["error"]?.string } == ["server_ended", nil])
  }

  @Test func `a server is never started with less than it was to be given`() throws {
    let scratch = try Scratch()
    try withControlZero(scratch.configuration(Self.allowAll)) { client throws in
      client.registerServer("word", command: Project.scriptedServer + ["--marker", "a\0b"])
      client.registerServer("variable", command: Project.scriptedServer, environment: ["A": "a\0b"])
      client.registerServer("directory", command: Project.scriptedServer, directory: "/\0tmp")
      for tool in ["word", "variable", "directory"] {
        #expect { try client.callTool(tool, "echo") } throws: { ($0 as? ToolCallError)?.reason == .start }
      }
    }
  }

  @Test func `a server gets variables of our environment byte for byte`() async throws {
    // In a process of its own, since all tests of a process share its environment.
    await #expect(processExitsWith: .success) {
      let value = [0x63, 0xe9, 0].map { CChar(truncatingIfNeeded: $0) }
      unsafe setenv("IN_LATIN_1", value, 1)
      let scratch = try Scratch()
      try withControlZero(scratch.configuration(ServerTests.allowAll)) { client throws in
        let isWhole = #"test "$IN_LATIN_1" = "$(printf 'c\351')" && exec "$@""#
        client.registerServer("s", command: ["sh", "-c", isWhole, "sh"] + Project.scriptedServer)
        try #require(try client.callTool("s", "echo").contentText == "{}")
      }
    }
  }
}
