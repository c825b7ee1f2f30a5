import Foundation
import Testing

/// Real hosts in front of real servers, with the proxy between them.
@Suite struct RealServerTests {
  enum Host: String, CaseIterable {
    case sdk2 = "mcp2", sdk1 = "mcp1"
  }

  /// A host, a recorder, the proxy, another recorder and the server in a row; what the host's SDK returned.
  private static func converse(
    _ host: Host, _ calls: String, server: String, command: [String], policy: String, scratch: Scratch,
    environment: [String: String] = [:]
  ) throws -> [String: Any] {
    let recorder = "\(Project.root)/Testdata/hosts/record.py"
    for side in ["outer", "inner"] {
      try FileManager.default.createDirectory(atPath: "\(scratch.path)/\(side)", withIntermediateDirectories: true)
    }
    let process = try RunningProcess(
      [Project.python(host.rawValue), "\(Project.root)/Testdata/hosts/sdk_host.py", calls, "--"]
        + ["python3", recorder, "\(scratch.path)/outer", "--"]
        + [Project.czproxy, "run", "--server", server, "--policy", policy, "--state-dir", scratch.state, "--"]
        + ["python3", recorder, "\(scratch.path)/inner", "--"] + command,
      environment: environment)
    process.closeInput()
    #expect(try process.wait() == 0, "\(process.errors.text.suffix(3000))")
    return try json(process.output.text)
  }

  private static func allowAll(_ scratch: Scratch) throws -> String {
    try scratch.file("allow.yaml", "version: \"1\"\nrules: [{allow: \"*\"}]")
  }

  private static func expectEqualWires(_ scratch: Scratch) {
    #expect(!scratch.read("outer/in").isEmpty && !scratch.read("outer/out").isEmpty)
    #expect(scratch.read("outer/in") == scratch.read("inner/in"))
    #expect(scratch.read("outer/out") == scratch.read("inner/out"))
  }

  @Test(arguments: Host.allCases)
  func `a filesystem session is the same byte for byte on both sides`(host: Host) throws {
    let scratch = try Scratch()
    _ = try scratch.file("notes.txt", "remember\n")
    let output = try Self.converse(
      host, #"[["read_file",{"path":"\#(scratch.path)/notes.txt"}],["no_such_tool",{}]]"#, server: "filesystem",
      command: [Project.program("filesystem-mcp", in: "mcp2"), scratch.path], policy: try Self.allowAll(scratch),
      scratch: scratch)
    #expect("\(value(output, "answers", 0) ?? "")".contains("remember"))
    Self.expectEqualWires(scratch)
  }

  @Test(arguments: Host.allCases)
  func `a git session is the same byte for byte on both sides`(host: Host) throws {
    let scratch = try Scratch()
    try RunningProcess(["git", "init", "-q", scratch.path]).wait()
    let output = try Self.converse(
      host, #"[["git_status",{"repo_path":"\#(scratch.path)"}]]"#, server: "git",
      command: [Project.program("mcp-server-git", in: "mcp2")], policy: try Self.allowAll(scratch), scratch: scratch)
    #expect("\(value(output, "answers", 0) ?? "")".contains("Repository status"))
    Self.expectEqualWires(scratch)
  }

  @Test(arguments: Host.allCases)
  func `an SQLite session of the old era is the same byte for byte on both sides`(host: Host) throws {
    let scratch = try Scratch()
    let output = try Self.converse(
      host, #"[["create_table",{"query":"CREATE TABLE t (a)"}],["list_tables",{}]]"#, server: "sqlite",
      command: [Project.program("mcp-server-sqlite", in: "mcp1"), "--db-path", "\(scratch.path)/db"],
      policy: try Self.allowAll(scratch), scratch: scratch)
    #expect("\(value(output, "answers", 1, "content", 0, "text") ?? "")" == "[{'name': 't'}]")
    Self.expectEqualWires(scratch)
  }

  @Test(arguments: Host.allCases)
  func `the filesystem example reads and does not write`(host: Host) throws {
    let scratch = try Scratch()
    _ = try scratch.file("notes.txt", "remember\n")
    let output = try Self.converse(
      host,
      #"[["read_file",{"path":"\#(scratch.path)/notes.txt"}],["write_file",{"path":"\#(scratch.path)/new","content":"x"}]]"#,
      server: "filesystem", command: [Project.program("filesystem-mcp", in: "mcp2"), scratch.path],
      policy: "\(Project.root)/examples/filesystem/policy.yaml", scratch: scratch)
    #expect("\(value(output, "answers", 0) ?? "")".contains("remember"))
    #expect(value(output, "answers", 1, "isError") as? Bool == true)
    #expect("\(value(output, "answers", 1) ?? "")".contains("no-changes"))
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/new"))
    #expect(!String(decoding: scratch.read("inner/in"), as: UTF8.self).contains("write_file"))
  }

  @Test func `the github example reads issues and deletes nothing`() throws {
    let scratch = try Scratch()
    let api = try RunningProcess(["python3", "\(Project.root)/Testdata/servers/github_api.py"])
    let port = try api.line()
    let output = try Self.converse(
      .sdk2,
      #"[["list_issues_repository",{"owner":"o","repo":"r"}],["delete_repository",{"owner":"o","repo":"r"}]]"#,
      server: "github", command: [Project.program("mcparmory-github", in: "github")],
      policy: "\(Project.root)/examples/github/policy.yaml", scratch: scratch,
      environment: ["BASE_URL": "http://127.0.0.1:\(port)", "BEARER_TOKEN": "x"])
    // A tool that the policy denies whatever the arguments is not even shown.
    let tools = (value(output, "tools") as? [Any] ?? []).map { "\($0)" }
    #expect((400..<600).contains(tools.count) && tools.contains { $0.contains("list_issues_repository") })
    #expect(!tools.contains { $0.contains("delete_repository") })
    #expect("\(value(output, "answers", 0) ?? "")".contains("an issue"))
    #expect("\(value(output, "answers", 1) ?? "")".contains("Denied by Control Zero policy"))
    api.send(signal: SIGTERM)
  }
}
