import ControlZero
import Foundation
import Synchronization
import Testing

/// Every example of the documented SDK, with the outcome that it has there.
@Suite struct DocumentationTests {
  /// Registers tools that report what they were called with.
  private func register(_ client: ControlZeroClient, _ calls: Calls = Calls()) {
    for tool in ["database", "filesystem", "github"] {
      client.register(tool) { method, arguments, context in
        calls.add("\(tool):\(method)")
        return ["tool": .string(tool), "method": .string(method), "arguments": .object(arguments)]
      }
    }
  }

  final class Calls: Sendable {
    private let names = Mutex<[String]>([])
    var all: [String] { names.withLock { $0 } }
    func add(_ name: String) { names.withLock { $0.append(name) } }
  }

  @Test func `errors are told apart as in the documentation, and each says what to do`() throws {
    let scratch = try Scratch()
    let client = try ControlZeroClient(scratch.configuration(examplePolicy))
    defer { client.close() }
    func outcome() -> String {
      do {
        try client.callTool("database", "query", ["sql": "SELECT 1"])
        return "called"
      } catch let error as PolicyDeniedError {
        return "Policy denied: \(error.recoverySuggestion ?? "")"
      } catch let error as NotInitializedError {
        return "Client not ready: \(error.localizedDescription)"
      } catch {
        return error.localizedDescription
      }
    }
    #expect(outcome().hasPrefix("Client not ready: ") && outcome().contains("call initialize() first"))
    try client.initialize()
    #expect(outcome().hasPrefix("Policy denied: do not retry; have the rule"))
    client.close()
    #expect(outcome().contains("make a new one"))
  }

  @Test func `calling a tool gives its result where the context satisfies the rule`() throws {
    let scratch = try Scratch()
    try withControlZero(scratch.configuration(examplePolicy)) { client throws in
      register(client)
      let result = try client.callTool(
        "database", "query", ["sql": "SELECT * FROM orders"],
        context: ["user_id": "agent-001", "user_group": "analysts"])
      #expect(result["arguments"] == ["sql": "SELECT * FROM orders"])
      #expect(client.hasCompiledEngine)
    }
  }

  @Test func `a denied action throws before the tool is invoked`() throws {
    let scratch = try Scratch()
    let calls = Calls()
    try withControlZero(scratch.configuration(examplePolicy)) { client throws in
      register(client, calls)
      let error = try #require(
        #expect(throws: PolicyDeniedError.self) {
          try client.callTool("filesystem", "write_file", ["path": "/data/output.csv", "content": "..."])
        })
      #expect(error.decision.effect == .deny)
      #expect(error.decision.reason == "this agent does not write files")
      #expect(error.decision.policyID == "no-writes")
      #expect(error.decision.reasonCode == "RULE_MATCH")
      #expect(error.decision.evaluatedRules == 1)
      #expect(error.errorDescription?.contains("filesystem:write_file") == true)
      // Without the group that the rule asks for, no rule allows the call.
      let other = #expect(throws: PolicyDeniedError.self) {
        try client.callTool("database", "query", ["sql": "SELECT 1"])
      }
      #expect(other?.decision.policyID == "synthetic:NO_RULE_MATCH")
    }
    #expect(calls.all.isEmpty)
    let rows = try scratch.rows("decision")
    #expect(rows.map { $0["decision"]?.string } == ["deny", "deny"])
    #expect(rows[0]["enforced"] == true && rows[0]["enforcement_reason"] == "in_process_raise")
  }

  @Test func `calls before and after the life of a client say so`() throws {
    let scratch = try Scratch()
    let client = try ControlZeroClient(scratch.configuration(examplePolicy))
    register(client)
    #expect(throws: NotInitializedError.self) { try client.callTool("github", "list_issues") }
    #expect(throws: NotInitializedError.self) { try client.evaluate("github", "list_issues") }
    #expect(throws: NotInitializedError.self) { try client.syncPolicies() }
    #expect(throws: NotInitializedError.self) { try client.flush() }
    try client.initialize()
    try client.callTool("github", "list_issues", ["repo": "acme/app"])
    client.close()
    client.close()
    #expect(throws: ClientClosedError.self) { try client.callTool("github", "list_issues") }
    #expect(throws: ClientClosedError.self) { try client.evaluate("github", "list_issues") }
    #expect(throws: ClientClosedError.self) { try client.initialize() }
    #expect(throws: ClientClosedError.self) { try client.syncPolicies() }
    #expect(throws: ClientClosedError.self) { try client.flush() }
    #expect(throws: ClientClosedError.self) { try client.loadPolicyBundle("x.czpolicy") }
    #expect(throws: ClientClosedError.self) { try client.processPII(text: "x") }
    #expect(throws: ClientClosedError.self) {
      try client.checkLLMRequest(model: "m", provider: "p", estimatedTokens: 1)
    }
  }

  @Test func `a tool that is not in the session is not found, once the policy lets it through`() throws {
    let scratch = try Scratch()
    try withControlZero(scratch.configuration(examplePolicy)) { client throws in
      let error = #expect(throws: ToolNotFoundError.self) { try client.callTool("github", "list_issues") }
      #expect(error?.description.contains("register(\"github\")") == true)
      #expect(throws: PolicyDeniedError.self) { try client.callTool("filesystem", "write_file") }
    }
  }

  @Test func `the async client does the same`() async throws {
    let scratch = try Scratch()
    let configuration = try scratch.configuration(examplePolicy)
    try await withControlZero(configuration) { client in
      client.register("database") { method, arguments, _ in
        await Task.yield()
        return .object(arguments)
      }
      do {
        _ = try await client.callTool("database", "query", ["sql": "SELECT * FROM orders"])
        Issue.record("it was let through")
      } catch let error as PolicyDeniedError {
        #expect(error.decision.reasonCode == "NO_RULE_MATCH")
      }
      let result = try await client.callTool(
        "database", "query", ["sql": "SELECT 1"], context: CallContext(userGroup: "analysts"))
      #expect(result == ["sql": "SELECT 1"])
      #expect(try client.evaluate("github", "list_issues").isAllowed)
      #expect(try await client.syncPolicies())
      try await client.flush()
      await client.close()
      await #expect(throws: ClientClosedError.self) { try await client.callTool("database", "count") }
    }
  }

  @Test func `a scope closes its client when its body throws, and when its task is cancelled`() async throws {
    struct Stop: Error {}
    let scratch = try Scratch()
    let configuration = try scratch.configuration(examplePolicy)
    let kept = Mutex(AsyncControlZeroClient?.none)
    await #expect(throws: Stop.self) {
      try await withControlZero(configuration) { client in
        kept.withLock { $0 = client }
        throw Stop()
      }
    }
    let first = try #require(kept.withLock { $0 })
    #expect(throws: ClientClosedError.self) { try first.evaluate("a", "b") }

    let task = Task {
      try await withControlZero(configuration) { client in
        kept.withLock { $0 = client }
        while true { try await Task.sleep(for: .milliseconds(5)) }
      }
    }
    while kept.withLock({ $0 === first }) { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let second = try #require(kept.withLock { $0 })
    #expect(throws: ClientClosedError.self) { try second.evaluate("a", "b") }
  }

  @Test func `with governance off everything goes through, and nothing is kept`() throws {
    let scratch = try Scratch()
    var configuration = ControlZeroConfiguration(apiKey: Project.apiKey)
    configuration.enableGovernance = false
    configuration.stateDirectory = scratch.state
    try withControlZero(configuration) { client throws in
      register(client)
      #expect(try client.callTool("filesystem", "write_file")["method"] == "write_file")
      #expect(try client.evaluate("anything", "at_all").isAllowed)
      #expect(try client.syncPolicies())
    }
    #expect(!Project.exists(scratch.state))
  }

  @Test func `a request to a model is judged by what it says, and recorded as the program's to act on`() throws {
    let scratch = try Scratch()
    try withControlZero(scratch.configuration(examplePolicy)) { client throws in
      let good = try client.checkLLMRequest(model: "small-1", provider: "acme", estimatedTokens: 100)
      #expect(good.effect == .allow && good.policyID == "cheap-models")
      #expect(try client.checkLLMRequest(model: "large-1", provider: "acme", estimatedTokens: 100).effect == .deny)
      #expect(
        try client.checkLLMRequest(model: "small-1", provider: "acme", estimatedTokens: 100, hasPII: true).effect
          == .deny)
    }
    let rows = try scratch.rows("decision")
    #expect(rows.map { $0["subject"]?.string } == ["llm:generate", "llm:generate", "llm:generate"])
    #expect(rows[1]["enforcement_reason"] == "in_process_caller_decides")
  }

  @Test func `a call that the program executes itself is decided and recorded, and nobody masks it`() async throws {
    let scratch = try Scratch()
    let policy = """
      version: "1"
      rules:
        - {id: no-writes, deny: "notes:write*"}
        - {allow: "notes"}
      dlp_rules:
        - {id: ticket, name: ticket, pattern: "TKT-[0-9]{6}", category: custom, action: mask}
      """
    try await withControlZero(scratch.configuration(policy)) { client in
      client.register("notes") { _, _, _ in
        Issue.record("nobody asked for an execution")
        return nil
      }
      #expect(try await client.guard("notes", "read", ["id": 1]).effect == .allow)
      #expect(try await client.guard("notes", "write_all").policyID == "no-writes")
      let secret: JSONObject = ["text": "about TKT-123456"]
      let decision = try await client.guard("notes", "send", secret)
      #expect(decision.reasonCode == "DLP_BLOCKED" && decision.dataLossStatus == "mask_unsupported_on_host")
      // What `callTool` would do is another question: it masks.
      #expect(try client.evaluate("notes", "send", secret).isAllowed)
    }
    let rows = try scratch.rows("decision")
    #expect(rows.map { $0["method"]?.string } == ["read", "write_all", "send"])
    #expect(rows.map { $0["decision"]?.string } == ["allow", "deny", "deny"])
    #expect(rows.last?["enforcement_reason"] == "in_process_caller_decides")
    #expect(rows.last?["dlp_status"] == "mask_unsupported_on_host")
  }

  @Test func `a request to a model with a value that would have to be masked is denied`() throws {
    let scratch = try Scratch()
    let policy = """
      version: "1"
      rules: [{allow: "llm"}]
      dlp_rules: [{id: ticket, name: ticket, pattern: "TKT-[0-9]{6}", category: custom, action: mask}]
      """
    try withControlZero(scratch.configuration(policy)) { client throws in
      let decision = try client.checkLLMRequest(
        model: "small-1", provider: "acme", estimatedTokens: 1, functions: ["about TKT-123456"])
      #expect(decision.effect == .deny && decision.dataLossStatus == "mask_unsupported_on_host")
    }
  }

  @Test func `personal data is found, masked or stopped`() throws {
    let scratch = try Scratch()
    let text = "mail jane@example.com today"
    try withControlZero(scratch.configuration(examplePolicy)) { client throws in
      let found = try client.processPII(text: text)
      #expect(found.text == text)
      let mail = try #require(found.findings.first { $0.ruleID.contains("email") })
      #expect(mail.range == 5..<21)
      let masked = try client.processPII(text: text, action: .mask).text
      #expect(masked?.contains("jane@example.com") == false && masked?.contains("[REDACTED-") == true)
      #expect(try client.processPII(text: text, action: .block).isBlocked)
      #expect(try client.processPII(text: "hello", action: .block).text == "hello")
    }
  }
}
