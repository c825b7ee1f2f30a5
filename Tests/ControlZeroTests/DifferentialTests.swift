import ControlZero
import Foundation
import Testing

/// The same policies and calls here and in the real package.
@Suite struct DifferentialTests {
  static let python = Project.program("python", in: "controlzero")

  private static let policies = [
    examplePolicy,
    """
    version: "1"
    settings: {default_action: warn}
    rules:
      - {id: reads, allow: "database:read", reason: reading}
      - {id: drops, deny: ["database:DROP", "shell:exec"], reason: destructive}
      - {id: shell-reads, allow: "Bash:*", when: {command: {op: matches, value: "^ls( |$)"}}}
      - {id: amounts, deny: "payments:*", when: {amount: {op: gt, value: 100}}}
      - {id: groups, allow: "payments:*", when: {user_group: {op: in, value: [finance, admins]}}}
      - {id: tagged, deny: "*", when: {env: prod}}
      - {id: paths, allow: "fs:*", when: {path: "/data/*"}}
      - {id: clients, allow: "only:*", clients: ["special*"]}
      - {id: resources, allow: "r:*", resources: ["mcp://x/*"]}
    dlp_rules:
      - {id: ticket, name: ticket, pattern: "TKT-[0-9]{6}", category: custom, action: mask}
      - {id: stop, name: stop, pattern: "STOP[0-9]+", category: custom, action: block}
    """,
  ]
  private static let tools = [
    ("database", "query"), ("database", "count"), ("database", "delete"), ("Database", "Query"), ("shell", "exec"),
    ("Bash", "*"), ("bash", "run"), ("payments", "transfer"), ("fs", "read"), ("filesystem", "write_file"),
    ("filesystem", "read_file"), ("github", "list_issues"), ("only", "m"), ("r", "m"), ("llm", "generate"), ("x", ""),
  ]
  private static let arguments: [JSONObject] = [
    [:], ["sql": "SELECT * FROM t"], ["sql": "drop table t"], ["sql": "select 1; DELETE FROM t"], ["command": "ls -la"],
    ["command": "rm -rf /"], ["amount": 50], ["amount": 100.5], ["amount": "101"], ["amount": true],
    ["path": "/data/x", "env": "dev"], ["path": "/etc", "env": "prod"], ["text": "see TKT-123456"], ["a": ["STOP1"]],
    ["base64": "aGVsbG8="], ["model": "small-1", "has_pii": false], ["nested": ["k": [1, nil, 2.5]]],
  ]
  private static let contexts: [CallContext] = [
    ["client_name": "c"], ["client_name": "special-1", "user_group": "analysts"],
    ["client_name": "c", "user_group": "finance", "tags": ["env": "prod"]],
    ["client_name": "c", "resource": "mcp://x/y", "amount": 5],
    ["client_name": "c", "env": "prod", "tags": ["env": "dev"]],
  ]

  @Test(.enabled(if: Project.exists(python)))
  func `every decision is that of the real package`() throws {
    let scratch = try Scratch()
    var lines: [String] = []
    var found: [JSONValue] = []
    for (number, policy) in Self.policies.enumerated() {
      let path = try scratch.file("policy-\(number).yaml", policy)
      let configuration = try scratch.configuration("") { $0.policyPath = path }
      try withControlZero(configuration) { client in
        for (tool, method) in Self.tools {
          for arguments in Self.arguments {
            for context in Self.contexts {
              for masks in [true, false] {
                let call: JSONValue = [
                  "policy": .string(path), "tool": .string(tool), "method": .string(method),
                  "args": .object(arguments), "context": .object(context.values), "supports_arg_rewrite": .bool(masks),
                ]
                lines.append(call.description)
                let decision =
                  masks
                  ? try client.evaluate(tool, method, arguments, context: context)
                  : try client.guard(tool, method, arguments, context: context)
                found.append([
                  "effect": .string(decision.effect.rawValue),
                  "policy_id": decision.policyID.map { .string($0) } ?? nil,
                  "reason_code": .string(decision.reasonCode),
                  "evaluated_rules": .integer(Int64(decision.evaluatedRules)),
                  "match_semantics": .string(decision.matchSemantics),
                ])
              }
            }
          }
        }
      }
    }
    let expected = try decide(lines, scratch)
    #expect(expected.count == found.count)
    let different = zip(zip(lines, found), expected).filter { $0.0.1 != $0.1 }
    #expect(
      different.isEmpty, "\(different.count) of \(found.count), for example \(String(describing: different.first))")
    #expect(Set(found.map { $0["effect"]?.string }) == ["allow", "deny", "warn"])
  }

  private func decide(_ lines: [String], _ scratch: Scratch) throws -> [JSONValue] {
    let input = try scratch.file("calls.jsonl", lines.joined(separator: "\n") + "\n")
    let output = try scratch.file("decisions.jsonl", "")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = ["\(Project.root)/Testdata/hosts/sdk_guard.py"]
    process.standardInput = FileHandle(forReadingAtPath: input)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    // The package also writes its log to standard error.
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
      .map { try JSONValue(parsing: String($0)) }
  }
}
