import ControlZero
import Foundation
import Testing

/// The modes of a client against the stand-in service.
@Suite struct CloudTests {
  @Test func `cloud gets the policy, decides by it and delivers what was decided`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    try withControlZero(service.configuration(scratch)) { client throws in
      client.register("github") { method, _, _ in .string(method) }
      #expect(try client.callTool("github", "list_issues") == "list_issues")
      let error = #expect(throws: PolicyDeniedError.self) { try client.callTool("github", "delete_repo") }
      #expect(error?.decision.policyID == "rule-0")
      try client.flush()
      let entries = try service.entries()
      #expect(entries.map { $0["decision"]?.string } == ["allow", "deny"])
      #expect(entries.map { $0["extracted_method"]?.string } == ["list_issues", "delete_repo"])
      #expect(entries.allSatisfy { $0["project_id"] == "prj_fixture" && $0["policy_source"] == "hosted" })
      // What was delivered is not delivered again.
      try client.flush()
      #expect(try service.entries().count == 2)
    }
  }

  @Test func `closing delivers what waits`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    try withControlZero(service.configuration(scratch)) { client throws in
      #expect(throws: PolicyDeniedError.self) { try client.callTool("github", "delete_repo") }
    }
    #expect(try service.entries().count == 1)
  }

  @Test func `a policy that is still current is confirmed, and a new one is taken`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    try withControlZero(service.configuration(scratch)) { client throws in
      // Changes are on record once there is a record to stand among.
      #expect(throws: PolicyDeniedError.self) { try client.callTool("github", "delete_repo") }
      #expect(try client.syncPolicies())
      let pulls = try service.requests("/v1/sdk/policies/pull")
      #expect(pulls.count == 2 && pulls[1]["headers"]?["If-None-Match"]?.string?.count == 64)
      let next = try scratch.bundle("next.czpolicy", payload("deny"), at: 1_800_000_000)
      try service.content(#"{"bundle": "\#(next)"}"#)
      #expect(try client.evaluate("github", "list_issues").isAllowed)
      #expect(try client.syncPolicies())
      #expect(try !client.evaluate("github", "list_issues").isAllowed)
    }
    #expect(try scratch.rows("policy_change").map { $0["reason_code"]?.string } == ["POLICY_RELOADED"])
  }

  @Test func `a new policy is taken in the background`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    let configuration = try service.configuration(scratch) { $0.refreshInterval = .milliseconds(50) }
    try withControlZero(configuration) { client throws in
      let next = try scratch.bundle("next.czpolicy", payload("deny"), at: 1_800_000_000)
      try service.content(#"{"bundle": "\#(next)"}"#)
      try eventually { try !client.evaluate("github", "list_issues").isAllowed }
    }
  }

  @Test func `rotated keys come with the bundle that needs them`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    try withControlZero(service.configuration(scratch)) { client throws in
      let next = try scratch.bundle("next.czpolicy", payload("deny"), at: 1_800_000_000, author: Author.next)
      try service.content(
        #"{"bundle": "\#(next)", "change_keys": {"signing_pubkey_hex": "\#(Author.nextPublicKey)"}}"#)
      #expect(try client.syncPolicies())
      #expect(try !client.evaluate("github", "list_issues").isAllowed)
    }
  }

  @Test func `a rejected key is no policy, and none that is in force is lost by it`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    let client = try ControlZeroClient(service.configuration(scratch))
    try client.initialize()
    try service.fault(#"{"on": "pull", "kind": "status", "status": 401, "body": "{\"message\": \"no such key\"}"}"#)
    let error = #expect(throws: PolicyUnavailableError.self) { try client.syncPolicies() }
    #expect(error?.reason == .keyRejected && error?.code == "E1101")
    #expect(try client.evaluate("github", "list_issues").isAllowed)
    client.close()
    // A client that starts never falls back to the cache then.
    let second = try ControlZeroClient(service.configuration(scratch))
    #expect(throws: PolicyUnavailableError.self) { try second.initialize() }
    #expect(throws: NotInitializedError.self) { try second.callTool("github", "list_issues") }
    second.close()
  }

  @Test func `while the service is away the cached policy is used, until it is too old`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    try withControlZero(service.configuration(scratch)) { _ in }
    service.stop()
    try withControlZero(service.configuration(scratch)) { client throws in
      #expect(try client.evaluate("github", "list_issues").isAllowed)
      #expect(throws: PolicyDeniedError.self) { try client.callTool("github", "delete_repo") }
      let error = #expect(throws: DeliveryError.self) { try client.flush() }
      #expect(error?.waiting == 1)
    }
    try age(scratch, by: 100)
    let configuration = try service.configuration(scratch) { $0.maxCacheAge = .seconds(60) }
    let error = #expect(throws: PolicyUnavailableError.self) { try withControlZero(configuration) { _ in } }
    #expect(error?.reason == .serviceAway)
  }

  @Test func `a policy that can't be confirmed for too long is replaced by what it says about that`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    let configuration = try service.configuration(scratch) { $0.maxCacheAge = .zero }
    let client = try ControlZeroClient(configuration)
    defer { client.close() }
    try client.initialize()
    service.stop()
    #expect(throws: PolicyUnavailableError.self) { try client.syncPolicies() }
    try eventually { try client.evaluate("github", "list_issues").reasonCode == "BUNDLE_MISSING" }
  }

  /// Makes the cache look older, and as if the service had refused nothing.
  private func age(_ scratch: Scratch, by seconds: Int64, clearing: Bool = false) throws {
    let cache = "\(scratch.state)/cache"
    let scope = try #require(try FileManager.default.contentsOfDirectory(atPath: cache).first)
    let path = "\(cache)/\(scope)/current.json"
    var current = try #require(try JSONValue(parsing: String(contentsOfFile: path, encoding: .utf8)).object)
    current["confirmed_at"] = .integer(try #require(current["confirmed_at"]?.integer) - seconds)
    if clearing { current["fault"] = nil }
    try Data(current.json).write(to: URL(fileURLWithPath: path))
  }

  @Test func `hybrid uses its file while the service is away, and not when it refuses`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    let file = try scratch.file("mine.yaml", "version: \"1\"\nrules: [{id: mine, allow: \"only:mine\"}]\n")
    let configuration = try service.configuration(scratch) { configuration in
      configuration.policyMode = .hybrid
      configuration.policyPath = file
    }
    try service.fault(#"{"on": "bootstrap", "kind": "status", "status": 503}"#)
    try withControlZero(configuration) { client throws in
      #expect(try client.evaluate("only", "mine").policyID == "mine")
      try service.clear()
      #expect(try client.syncPolicies())
      #expect(try client.evaluate("github", "list_issues").isAllowed)
      #expect(try !client.evaluate("only", "mine").isAllowed)
    }
    try service.fault(#"{"on": "pull", "kind": "status", "status": 403}"#)
    #expect(throws: PolicyUnavailableError.self) { try withControlZero(configuration) { _ in } }
    // The cached policy is older than it may be, so the file is used again.
    service.stop()
    try age(scratch, by: 100, clearing: true)
    let old = try service.configuration(scratch) { configuration in
      configuration.policyMode = .hybrid
      configuration.policyPath = file
      configuration.maxCacheAge = .seconds(60)
    }
    try withControlZero(old) { client throws in #expect(try client.evaluate("only", "mine").policyID == "mine") }
  }

  @Test(arguments: [("wrong_signer", "verification"), ("tampered_payload", "verification"), ("wrong_key", "tamper")])
  func `a bundle that is not what was signed is told by its class`(name: String, kind: String) throws {
    let scratch = try Scratch()
    let service = try StandIn(bundle: Project.bundle(name))
    let local = try scratch.configuration("") { configuration in
      configuration.policyPath = Project.bundle(name)
      configuration.keysPath = Project.keys
    }
    for configuration in [try service.configuration(scratch), local] {
      let description: String?
      if kind == "tamper" {
        let error = #expect(throws: BundleTamperError.self) { try withControlZero(configuration) { _ in } }
        description = error?.errorDescription
      } else {
        let error = #expect(throws: BundleVerificationError.self) { try withControlZero(configuration) { _ in } }
        description = error?.errorDescription
      }
      #expect(description?.contains("do not use this bundle: get it anew") == true)
    }
  }

  @Test func `tools that the service lists are named, and never executed`() throws {
    let scratch = try Scratch()
    let service = try StandIn(bundle: try scratch.bundle("all.czpolicy", payload("allow")))
    try service.content(#"{"change_keys": {"tools": ["database", {"name": "mail", "command": "/bin/sh"}]}}"#)
    try withControlZero(service.configuration(scratch)) { client throws in
      for tool in ["database", "mail"] {
        let error = #expect(throws: ToolNotFoundError.self) { try client.callTool(tool, "m") }
        #expect(error?.isListed == true)
      }
      let error = #expect(throws: ToolNotFoundError.self) { try client.callTool("other", "m") }
      #expect(error?.isListed == false)
    }
  }

  @Test func `an address that is not encrypted is for this machine only`() throws {
    let scratch = try Scratch()
    let configuration = try scratch.configuration("") { configuration in
      configuration.policyMode = .cloud
      configuration.baseURL = "http://controlzero.example"
    }
    #expect(throws: PolicyUnavailableError.self) { try ControlZeroClient(configuration) }
  }

  @Test func `records that could not be delivered are delivered later, once`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    try withControlZero(service.configuration(scratch)) { client throws in
      try service.fault(#"{"on": "audit", "kind": "status", "status": 500}"#)
      for _ in 0..<5 { #expect(throws: PolicyDeniedError.self) { try client.callTool("github", "delete_repo") } }
      let error = #expect(throws: DeliveryError.self) { try client.flush() }
      #expect(error?.waiting == 5)
      try service.clear()
      try client.flush()
      #expect(Set(try service.entries().map { $0["id"]?.string }).count == 5)
      #expect(try service.entries().count == 5)
    }
  }

  @Test func `what can't be noted as delivered is not told to be delivered`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    try withControlZero(service.configuration(scratch)) { client throws in
      #expect(throws: PolicyDeniedError.self) { try client.callTool("github", "delete_repo") }
      let audit = "\(scratch.state)/audit/"
      let segment = try FileManager.default.contentsOfDirectory(atPath: audit).first { $0.hasSuffix(".jsonl") }
      let cursor = audit + (try #require(segment)) + ".service-cursor"
      try FileManager.default.createDirectory(atPath: cursor, withIntermediateDirectories: false)
      let error = #expect(throws: DeliveryError.self) { try client.flush() }
      #expect(try error?.waiting == 1 && service.entries().isEmpty)
      try FileManager.default.removeItem(atPath: cursor)
      try client.flush()
      #expect(try service.entries().count == 1)
    }
  }

  @Test func `what a program that was killed had recorded is delivered by the next`() async throws {
    let scratch = try Scratch()
    await #expect(processExitsWith: .signal(SIGKILL)) { [state = scratch.state as String] in
      var configuration = ControlZeroConfiguration(apiKey: Project.apiKey)
      configuration.policyMode = .local
      configuration.policyPath = Project.bundle("valid")
      configuration.keysPath = Project.keys
      configuration.stateDirectory = state
      let client = try ControlZeroClient(configuration)
      try client.initialize()
      _ = try? client.callTool("github", "delete_repo")
      kill(getpid(), SIGKILL)
    }
    let service = try StandIn()
    try withControlZero(service.configuration(scratch)) { client throws in try client.flush() }
    #expect(try service.entries().map { $0["extracted_method"]?.string } == ["delete_repo"])
  }
}
