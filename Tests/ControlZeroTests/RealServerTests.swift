import ControlZero
import Foundation
import MCPHost
import Testing
import Wire

/// Tools that are real MCP servers, of both eras.
@Suite struct RealServerTests {
  private static let sqlite = Project.program("mcp-server-sqlite", in: "mcp1")

  @Test(.enabled(if: Project.exists(Project.program("filesystem-mcp", in: "mcp2"))))
  func `the real filesystem server reads a file and is kept from writing one`() async throws {
    let scratch = try Scratch()
    let notes = try scratch.file("notes.txt", "hello from a file")
    let servers: JSONValue = [
      "mcpServers": [
        "filesystem": [
          "command": .string(Project.program("filesystem-mcp", in: "mcp2")), "args": [.string(scratch.path)],
        ]
      ]
    ]
    let path = try scratch.file("servers.json", servers.description)
    try await withControlZero(scratch.configuration(examplePolicy) { $0.serversPath = path }) { client in
      let result = try await client.callTool(
        "filesystem", "read_file", ["path": .string(notes)], context: ["user_id": "agent-001"])
      #expect(result.contentText?.contains("hello from a file") == true, "\(result)")
      await #expect(throws: PolicyDeniedError.self) {
        try await client.callTool("filesystem", "write_file", ["path": .string(notes), "content": "x"])
      }
    }
    #expect(try String(contentsOfFile: notes, encoding: .utf8) == "hello from a file")
  }

  @Test(.enabled(if: Project.exists(Project.program("mcp-server-git", in: "mcp2"))))
  func `the real git server tells the state of a repository`() throws {
    let scratch = try Scratch()
    let git = Process()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    git.arguments = ["git", "init", "--quiet", scratch.path]
    try git.run()
    git.waitUntilExit()
    try withControlZero(scratch.configuration(ServerTests.allowAll)) { client throws in
      client.registerServer(
        "git", command: [Project.program("mcp-server-git", in: "mcp2"), "--repository", scratch.path])
      let result = try client.callTool("git", "git_status", ["repo_path": .string(scratch.path)])
      #expect(result.contentText?.contains("policy.yaml") == true, "\(result)")
    }
  }

  @Test(.enabled(if: Project.exists(sqlite)))
  func `a real server of the old era is asked by tasks at a time, and kept from dropping a table`() async throws {
    let scratch = try Scratch()
    let policy = """
      version: "1"
      rules:
        - {id: no-drops, deny: "db:write_query", when: {query: {op: matches, value: "(?i)drop"}}, reason: it stays}
        - {id: all, allow: "db:*"}
      """
    try await withControlZero(scratch.configuration(policy)) { client in
      client.registerServer("db", command: [Self.sqlite, "--db-path", "\(scratch.path)/orders.db"])
      _ = try await client.callTool("db", "create_table", ["query": "CREATE TABLE orders (id INTEGER)"])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for id in 0..<50 {
          group.addTask {
            let query = "INSERT INTO orders VALUES (\(id))"
            _ = try await client.callTool("db", "write_query", ["query": .string(query)])
          }
        }
        try await group.waitForAll()
      }
      let error = await #expect(throws: PolicyDeniedError.self) {
        try await client.callTool("db", "write_query", ["query": "DROP TABLE orders"])
      }
      #expect(error?.decision.policyID == "no-drops")
      let sum = try await client.callTool("db", "read_query", ["query": "SELECT sum(id) AS s FROM orders"])
      #expect(sum.contentText?.contains("1225") == true, "\(sum)")
    }
  }

  @Test(arguments: [
    ("filesystem-mcp", "mcp2", true), ("mcp-server-git", "mcp2", true), ("mcp-server-sqlite", "mcp1", false),
  ])
  func `the era of a real server is found`(name: String, environment: String, isModern: Bool) throws {
    let program = Project.program(name, in: environment)
    guard Project.exists(program) else { return }
    let scratch = try Scratch()
    let arguments =
      switch name {
      case "filesystem-mcp": [scratch.path]
      case "mcp-server-sqlite": ["--db-path", "\(scratch.path)/x.db"]
      default: [String]()
      }
    let server = MCPServer(ServerCommand([program] + arguments))
    defer { server.close() }
    let reply = Reply<Result<MCPAnswer, MCPFailure>>()
    _ = server.request("tools/list", timeout: 60_000_000_000, params: { _ in }, completion: { reply.give($0) })
    let answer = try reply.wait().get()
    #expect(server.isModern == isModern)
    #expect(answer.document.member("tools", of: answer.result) != nil)
  }
}
