import ControlZero
import Foundation
import Testing

/// The options of the documented SDK, and the environment.
@Suite struct OptionTests {
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
        client.register("github") { method, _, _ in ["method": .string(method)] }
        #expect(try client.callTool("github", "list_issues", ["repo": "acme/app"])["method"] == "list_issues")
        #expect(throws: PolicyDeniedError.self) { try client.callTool("github", "delete_repo") }
      }
    }
    #expect(Set(try scratch.rows("decision").map { $0["client_name"]?.string }) == ["finance-agent"])
  }

  @Test(arguments: [("my-analyst-agent", nil, "my-analyst-agent"), ("", nil, "default-agent"), ("x", "mine", "mine")])
  func `the environment names the agent where the program does not`(
    variable: String, option: String?, expected: String
  ) async throws {
    // In a process of its own, since all tests of a process share its environment.
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

  @Test func `defaults are those of the documentation, and conditions see the context`() throws {
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

  @Test func `durations without end are as good as long ones`() async throws {
    // In a process of its own, since these once led to a trap.
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      let service = try StandIn()
      let configuration = try service.configuration(scratch) { configuration in
        configuration.refreshInterval = .seconds(Int64.max)
        configuration.maxCacheAge = .seconds(Int64.max)
        configuration.callTimeout = .seconds(Int64.max)
      }
      try withControlZero(configuration) { client throws in
        service.stop()
        try #require(throws: PolicyUnavailableError.self) { try client.syncPolicies() }
        try #require(try client.evaluate("github", "list_issues").isAllowed)
      }
    }
  }

  @Test func `a configuration that is printed does not say its API key`() throws {
    let configuration = ControlZeroConfiguration(apiKey: "cz_live_secret", agentName: "finance-agent")
    var dumped = ""
    dump(configuration, to: &dumped)
    for text in ["\(configuration)", String(reflecting: configuration), dumped] {
      #expect(!text.contains("cz_live_secret") && text.contains("finance-agent"))
    }
  }
}
