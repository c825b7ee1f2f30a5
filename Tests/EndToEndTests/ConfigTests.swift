import Foundation
import Testing

/// The configs that we ship are valid in their hosts' formats, and say what czproxy understands.
@Suite struct ConfigTests {
  private static func entries(_ file: String, _ key: String) throws -> [String: [String: Any]] {
    let text = try String(contentsOfFile: "\(Project.root)/mcp-configs/\(file)", encoding: .utf8)
    return try #require(try json(text)[key] as? [String: [String: Any]])
  }

  private static func check(_ command: String?, _ arguments: [String], server: String) throws {
    #expect(command?.hasPrefix("/") == true)
    let separator = try #require(arguments.firstIndex(of: "--"))
    #expect(arguments.first == "run" && arguments.count > separator + 1)
    // The real options, with a policy that exists and a server that ends at once.
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", "version: \"1\"\nrules: [{allow: \"\(server)\"}]")
    let own = arguments[..<separator].map { $0.hasSuffix(".yaml") ? policy : $0 }
    let process = try RunningProcess([Project.czproxy] + own + ["--state-dir", scratch.state, "--", "true"])
    #expect(try process.wait() == 0)
  }

  @Test(arguments: [
    ("claude-desktop.json", "mcpServers"), ("claude-code.mcp.json", "mcpServers"), ("cursor.json", "mcpServers"),
    ("vscode.mcp.json", "servers"), ("amp.settings.json", "amp.mcpServers"), ("crush.json", "mcp"),
  ])
  func `a JSON config names both servers behind czproxy`(file: String, key: String) throws {
    let entries = try Self.entries(file, key)
    #expect(Set(entries.keys) == ["filesystem", "github"])
    for (name, entry) in entries {
      try Self.check(entry["command"] as? String, try #require(entry["args"] as? [String]), server: name)
      if key == "servers" { #expect(entry["type"] as? String == "stdio") }
    }
  }

  @Test(arguments: [
    ("goose.config.yaml", "extensions"), ("continue.config.yaml", "mcpServers"), ("fast-agent.yaml", "mcp"),
    ("librechat.yaml", "mcpServers"), ("hermes.config.yaml", "mcp_servers"),
  ])
  func `a YAML config names both servers behind czproxy`(file: String, key: String) throws {
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"
    let process = try RunningProcess(
      [Project.python("controlzero"), "-c", script, "\(Project.root)/mcp-configs/\(file)"])
    let config = try json(try process.line())
    let group = key == "mcp" ? value(config, key, "servers") : value(config, key)
    for name in ["filesystem", "github"] {
      let entry = (group as? [[String: Any]])?.first { $0["name"] as? String == name } ?? value(group, name)
      let command = value(entry, key == "extensions" ? "cmd" : "command") as? String
      try Self.check(command, try #require(value(entry, "args") as? [String]), server: name)
    }
  }

  @Test func `the TOML config names both servers behind czproxy`() throws {
    let script = "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))"
    let process = try RunningProcess(["python3", "-c", script, "\(Project.root)/mcp-configs/codex.config.toml"])
    let config = try json(try process.line())
    for name in ["filesystem", "github"] {
      let entry = value(config, "mcp_servers", name)
      try Self.check(
        value(entry, "command") as? String, try #require(value(entry, "args") as? [String]), server: name)
    }
  }
}
