import ControlZero
import Foundation
import Synchronization
import Testing

/// Every example of the documented SDK, with the outcome that it has there.
@Suite struct DocumentationTests {
  /// A client whose tools say what they were called with.
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

  @Test(arguments: ["", "sk_live_abc", "cz_live", "CZ_LIVE_abc", "cz_prod_abc"])
  func `an API key of another form is refused before anything is read`(key: String) throws {
    let scratch = try Scratch()
    var configuration = ControlZeroConfiguration(apiKey: key)
    configuration.stateDirectory = scratch.state
    let error = #expect(throws: InvalidConfigurationError.self) { try ControlZeroClient(configuration) }
    #expect(error?.description.contains("cz_live_") == true)
    #expect(throws: InvalidConfigurationError.self) { try AsyncControlZeroClient(apiKey: key) }
    #expect(!Project.exists(scratch.state))
  }

  @Test(arguments: [PolicyMode.local, .hybrid])
  func `local and hybrid need a file`(mode: PolicyMode) {
    #expect(throws: InvalidConfigurationError.self) {
      try ControlZeroClient(.init(apiKey: "cz_live_your_api_key_here", policyMode: mode))
    }
  }

  @Test func `the advanced configuration is a client of the service with a bundle for when that is away`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    let configuration = try service.configuration(scratch) { configuration in
      let documented = ControlZeroConfiguration(
        apiKey: Project.apiKey, agentName: "finance-agent", baseURL: service.url, policyMode: .hybrid,
        policyPath: Project.bundle("valid"), refreshInterval: .seconds(60))
      let (logger, state) = (configuration.logger, configuration.stateDirectory)
      configuration = documented
      (configuration.logger, configuration.stateDirectory) = (logger, state)
      configuration.keysPath = Project.keys
    }
    for isAway in [false, true] {
      if isAway { try service.fault(#"{"on": "pull", "kind": "status", "status": 503}"#) }
      try withControlZero(configuration) { client throws in
        register(client)
        #expect(try client.callTool("github", "list_issues", ["repo": "acme/app"])["method"] == "list_issues")
        #expect(throws: PolicyDeniedError.self) { try client.callTool("github", "delete_repo") }
      }
    }
    #expect(Set(try scratch.rows("decision").map { $0["client_name"]?.string }) == ["finance-agent"])
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
      // Without the group of the rule nobody allows it.
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

  @Test(arguments: [("my-analyst-agent", nil, "my-analyst-agent"), ("", nil, "default-agent"), ("x", "mine", "mine")])
  func `the environment names the agent where the program does not`(
    variable: String, option: String?, expected: String
  ) async throws {
    // In a process of its own: an environment is one for all.
    await #expect(processExitsWith: .success) { [variable, option, expected] in
      unsafe setenv("CZ_AGENT_NAME", variable, 1)
      let scratch = try Scratch()
      let policy = "version: \"1\"\nrules: [{id: named, allow: \"*\", when: {client_name: \"\(expected)\"}}]\n"
      let configuration = try scratch.configuration(policy) { $0.agentName = option }
      try withControlZero(configuration) { client throws in
        client.register("t") { _, _, _ in nil }
        try client.callTool("t", "m")
      }
      try #require(try scratch.rows("decision").map { $0["client_name"]?.string } == [expected])
    }
  }

  @Test func `the environment names the service where the program does not, and the key is always the program's`()
    async
    throws
  {
    await #expect(processExitsWith: .success) {
      let service = try StandIn()
      let scratch = try Scratch()
      unsafe setenv("CONTROLZERO_API_URL", service.url, 1)
      unsafe setenv("CZ_API_KEY", Project.apiKey, 1)
      let configuration = try service.configuration(scratch) { configuration in
        configuration.baseURL = nil
        configuration.apiKey = ProcessInfo.processInfo.environment["CZ_API_KEY"] ?? ""
      }
      try withControlZero(configuration) { client throws in
        try #require(try client.evaluate("github", "list_issues").isAllowed)
      }
      try #require(throws: InvalidConfigurationError.self) { try ControlZeroClient(apiKey: "") }
    }
  }

  @Test func `environment and defaults are those of the documentation`() throws {
    let configuration = ControlZeroConfiguration(apiKey: "cz_live_x")
    #expect(configuration.enableGovernance && configuration.policyMode == .cloud)
    #expect(configuration.refreshInterval == .seconds(300) && configuration.maxCacheAge == .seconds(86_400))
    #expect(configuration.policyPath == nil && configuration.agentName == nil && configuration.baseURL == nil)
    let scratch = try Scratch()
    let policy = """
      version: "1"
      rules:
        - id: mine
          allow: "t:m"
          when: {client_name: default-agent, agent_id: default-agent}
      """
    try withControlZero(scratch.configuration(policy)) { client throws in
      #expect(try client.evaluate("t", "m").isAllowed)
    }
    let group = """
      version: "1"
      rules:
        - {id: person, allow: "t:m", when: {user_id: agent-001, team: blue}}
        - {id: tagged, allow: "t:m", when: {region: eu}}
      """
    try withControlZero(scratch.configuration(group)) { client throws in
      func decided(_ context: CallContext) throws -> String? {
        try client.evaluate("t", "m", context: context).policyID
      }
      #expect(try decided(["user_id": "agent-001", "team": "blue"]) == "person")
      #expect(try decided(CallContext(userID: "agent-001", tags: ["region": "eu"])) == "tagged")
      #expect(try decided(CallContext(userID: "agent-001", ["team": "blue"])) == "person")
      #expect(try decided(["user_id": "agent-002", "team": "blue"]) == "synthetic:NO_RULE_MATCH")
    }
    let named = try scratch.configuration(policy) { $0.agentName = "finance-agent" }
    try withControlZero(named) { client throws in
      #expect(try !client.evaluate("t", "m").isAllowed)
    }
  }
}
