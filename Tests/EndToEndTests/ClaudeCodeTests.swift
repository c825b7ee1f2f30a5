import Foundation
import Testing

/// Claude Code itself, with a model that does as it was told, and the proxy put in front of its servers by `czproxy wrap`.
@Suite struct ClaudeCodeTests {
  /// The program that comes with the wheel of its SDK.
  private static func program() throws -> String {
    let lib = "\(Project.root)/.venvs/claude-code/lib"
    let python = try #require(try FileManager.default.contentsOfDirectory(atPath: lib).first)
    return "\(lib)/\(python)/site-packages/claude_agent_sdk/_bundled/claude"
  }

  private static func claude(_ words: [String], _ scratch: Scratch, api: String = "http://127.0.0.1:1") throws -> String
  {
    let process = try RunningProcess(
      [try program()] + words,
      environment: [
        "HOME": scratch.path, "CLAUDE_CONFIG_DIR": scratch.path, "ANTHROPIC_BASE_URL": api, "ANTHROPIC_API_KEY": "x",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "MCP_TIMEOUT": "60000",
      ],
      directory: scratch.path)
    process.closeInput()
    #expect(try process.wait() == 0, "\(process.output.text.suffix(2000)) \(process.errors.text.suffix(2000))")
    return process.output.text
  }

  /// `mcp-server-git` speaks the newest protocol with it, `mcp-server-sqlite` the one before.
  @Test func `it reads the config that was wrapped, and its model reads why a call was denied`() throws {
    let scratch = try Scratch()
    try RunningProcess(["git", "init", "-q", scratch.path]).wait()
    for (name, command) in [
      ("git", [Project.program("mcp-server-git", in: "mcp2")]),
      ("sqlite", [Project.program("mcp-server-sqlite", in: "mcp1"), "--db-path", "\(scratch.path)/db"]),
    ] {
      _ = try Self.claude(["mcp", "add", "--scope", "user", name, "--"] + command, scratch)
    }
    let policy = try scratch.file(
      "policy.yaml",
      """
      version: "1"
      dialect: czproxy/1
      rules:
        - {id: no-staging, deny: "git:git_add"}
        - {id: no-head, deny: "git:git_diff", when: {target: HEAD}, reason: not against HEAD}
        - {id: no-drop, deny: "sqlite:write_query", when: {query: {op: contains, value: DROP}}, reason: nothing is dropped}
        - {allow: "*"}
      """)
    let wrap = try RunningProcess(
      [Project.czproxy, "wrap", "\(scratch.path)/.claude.json", "--policy", policy, "--state-dir", scratch.state],
      environment: ["CLAUDE_CONFIG_DIR": scratch.path])
    #expect(try wrap.wait() == 0, "\(wrap.errors.text)")

    let repository = #"{"repo_path": "\#(scratch.path)""#
    let api = try RunningProcess([
      "python3", "\(Project.root)/Testdata/services/anthropic_api.py",
      """
      [[["mcp__git__git_status", \(repository)}]],
       [["mcp__git__git_diff", \(repository), "target": "HEAD"}], ["mcp__git__git_add", \(repository), "files": ["a"]}]],
       [["mcp__sqlite__write_query", {"query": "DROP TABLE t"}], ["mcp__sqlite__list_tables", {}]],
       "done"]
      """,
    ])
    let output = try Self.claude(
      ["-p", "Look around.", "--allowedTools", "mcp__git,mcp__sqlite"], scratch,
      api: "http://127.0.0.1:\(try api.line())")
    #expect(output == "done\n")

    var results: [String: (isError: Bool, text: String)] = [:]
    for _ in 0..<5 {
      let result = try json(try api.line())
      let name = try #require(value(result, "tool") as? String)
      results[name] = (value(result, "is_error") as? Bool == true, "\(value(result, "content") ?? "")")
    }
    func expect(_ tool: String, isError: Bool, _ text: String) {
      #expect(results[tool]?.isError == isError && results[tool]?.text.contains(text) == true, "\(results)")
    }
    expect("mcp__git__git_status", isError: false, "Repository status")
    expect("mcp__git__git_diff", isError: true, "Denied by Control Zero policy: not against HEAD (RULE_MATCH, no-head)")
    expect("mcp__git__git_add", isError: true, "No such tool available")
    expect(
      "mcp__sqlite__write_query", isError: true,
      "Denied by Control Zero policy: nothing is dropped (RULE_MATCH, no-drop)")
    expect("mcp__sqlite__list_tables", isError: false, "[]")

    let denied = try scratch.rows().filter { $0["decision"] as? String == "deny" }
    #expect(Set(denied.map { "\($0["policy_id"] ?? "")" }) == ["no-head", "no-drop"], "\(denied)")
    #expect(denied.allSatisfy { "\($0)".contains("claude-code") }, "\(denied)")
    // With a slash, which does not follow that path in the model's script.
    #expect(RunningProcess.areGone("\(scratch.path)/"))
  }
}
