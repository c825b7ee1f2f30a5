import Audit
import ControlZero
import Foundation
import Testing

/// Policies from files, without a service.
@Suite struct OfflineTests {
  private func configuration(_ scratch: Scratch, _ path: String) throws -> ControlZeroConfiguration {
    try scratch.configuration("") { configuration in
      configuration.policyPath = path
      configuration.keysPath = Project.keys
    }
  }

  @Test func `a bundle is enforced with its keys`() throws {
    let scratch = try Scratch()
    try withControlZero(configuration(scratch, Project.bundle("valid"))) { client throws in
      #expect(try client.evaluate("github", "delete_repo").policyID == "rule-0")
      #expect(try client.evaluate("github", "list_issues").policyID == "rule-2")
    }
  }

  @Test func `a bundle that asks for newer semantics is enforced, and every record says so`() throws {
    let scratch = try Scratch()
    for bundle in ["floor_allow", "valid"] {
      try withControlZero(configuration(scratch, Project.bundle(bundle))) { client throws in
        #expect(try client.guard("github", "list_issues").isAllowed)
      }
    }
    let status = try scratch.rows("decision").map { $0["enforcement_status"]?.string }
    #expect(status == ["degraded_below_floor", nil])
  }

  @Test func `a bundle without keys says what to give`() throws {
    let scratch = try Scratch()
    var configuration = try configuration(scratch, Project.bundle("valid"))
    configuration.keysPath = nil
    let error = #expect(throws: PolicyUnavailableError.self) { try withControlZero(configuration) { _ in } }
    #expect(error?.description.contains("keysPath") == true)
  }

  @Test func `keys that a service once gave open a bundle offline`() throws {
    let scratch = try Scratch()
    let service = try StandIn()
    try withControlZero(service.configuration(scratch)) { _ in }
    service.stop()
    var configuration = try configuration(scratch, Project.bundle("valid"))
    configuration.keysPath = nil
    try withControlZero(configuration) { client throws in
      #expect(try client.evaluate("github", "list_issues").isAllowed)
    }
  }

  @Test func `a bundle is loaded in place of the policy, and one that can't be used leaves it`() throws {
    let scratch = try Scratch()
    let first = try scratch.bundle("first.czpolicy", payload("allow"), at: 1_800_000_000)
    let second = try scratch.bundle("second.czpolicy", payload("deny"), at: 1_800_000_001)
    let foreign = try scratch.bundle("foreign.czpolicy", payload("allow"), at: 1_800_000_002, author: Author.next)
    try withControlZero(configuration(scratch, first)) { client throws in
      #expect(try client.evaluate("t", "m").isAllowed)
      #expect(try client.loadPolicyBundle(second))
      #expect(try !client.evaluate("t", "m").isAllowed)
      #expect(throws: BundleVerificationError.self) { try client.loadPolicyBundle(foreign) }
      let error = #expect(throws: PolicyUnavailableError.self) { try client.loadPolicyBundle(first) }
      #expect(error?.reason == .refused)
      #expect(throws: PolicyUnavailableError.self) { try client.loadPolicyBundle("/nonexistent.czpolicy") }
      #expect(try !client.evaluate("t", "m").isAllowed)
    }
  }

  @Test func `loading before initialize makes the client ready`() throws {
    let scratch = try Scratch()
    let client = try ControlZeroClient(configuration(scratch, "/nonexistent.czpolicy"))
    defer { client.close() }
    #expect(throws: PolicyUnavailableError.self) { try client.initialize() }
    try client.loadPolicyBundle(Project.bundle("valid"))
    #expect(try client.evaluate("github", "list_issues").isAllowed)
  }

  @Test(arguments: ["truncated", "bad_magic", "expired", "zip_bomb", "schema_2"])
  func `a bundle that can't be used is an error that names it`(name: String) throws {
    let scratch = try Scratch()
    let error = #expect(throws: PolicyUnavailableError.self) {
      try withControlZero(configuration(scratch, Project.bundle(name))) { _ in }
    }
    #expect(error?.description.isEmpty == false && error?.code.isEmpty == false)
  }

  @Test func `a policy that is no policy is told line by line`() throws {
    let scratch = try Scratch()
    let error = #expect(throws: PolicyUnavailableError.self) {
      try withControlZero(scratch.configuration("version: \"1\"\nrules: [{alow: x}]\n")) { _ in }
    }
    #expect(error?.code == "E1201" && error?.description.contains("policy.yaml:2") == true)
  }

  @Test func `a machine in quarantine denies, and what can't be recorded is denied`() throws {
    let scratch = try Scratch()
    try withControlZero(scratch.configuration(ServerTests.allowAll)) { client throws in
      client.register("t") { _, _, _ in "called" }
      #expect(try client.callTool("t", "m") == "called")
    }
    try #"{"quarantined": true, "reason": "somebody said so"}"#
      .write(toFile: "\(scratch.state)/quarantine.json", atomically: true, encoding: .utf8)
    try withControlZero(scratch.configuration(ServerTests.allowAll)) { client throws in
      let error = #expect(throws: PolicyDeniedError.self) { try client.callTool("t", "m") }
      #expect(error?.decision.reasonCode == "MACHINE_QUARANTINED")
    }
    // A quarantine that begins while a client is at work, however long ago the client looked.
    try FileManager.default.removeItem(atPath: "\(scratch.state)/quarantine.json")
    try withControlZero(scratch.configuration(ServerTests.allowAll)) { client throws in
      client.register("t") { _, _, _ in "called" }
      try #"{"quarantined": true}"#.write(toFile: "\(scratch.state)/quarantine.json", atomically: true, encoding: .utf8)
      #expect(throws: PolicyDeniedError.self) { try client.callTool("t", "m") }
    }
    // The state directory is a file, so nothing can be recorded.
    let other = try Scratch()
    let configuration = try other.configuration(ServerTests.allowAll) { $0.stateDirectory = $0.policyPath }
    try withControlZero(configuration) { client throws in
      client.register("t") { _, _, _ in "called" }
      let error = #expect(throws: PolicyDeniedError.self) { try client.callTool("t", "m") }
      #expect(error?.decision.reasonCode == "AUDIT_UNAVAILABLE")
    }
  }

  @Test func `records are the proxy's: a chain that holds, names of arguments and no values`() throws {
    let scratch = try Scratch()
    for _ in 0..<2 {
      try withControlZero(scratch.configuration(ServerTests.allowAll)) { client throws in
        client.register("t") { _, _, _ in "done" }
        for number in 0..<5 {
          try client.callTool("t", "m", ["text": "a value", "number": .integer(Int64(number))])
        }
        _ = try client.evaluate("t", "m")
      }
    }
    let reports = try AuditVerifier(AuditDirectory(stateDirectory: scratch.state)).verifyAll()
    #expect(reports.count == 2 && reports.allSatisfy { $0.isIntact }, "\(reports)")
    let rows = try scratch.rows()
    // Each call and its outcome are recorded; questions about calls are not.
    #expect(
      rows.filter { $0["event"] == "decision" }.count == 10 && rows.filter { $0["event"] == "outcome" }.count == 10)
    #expect(rows.filter { $0["event"] == "decision" }.allSatisfy { $0["args_keys"] == ["number", "text"] })
    #expect(!rows.description.contains("a value"))
    // The session rows have the form of the proxy's.
    let (start, end) = (rows[0], rows[11])
    #expect(start["event"] == "session_start" && start["reason"] == "the client started" && start["policy_rules"] == 2)
    #expect(start["policy_path"]?.string?.hasSuffix("policy.yaml") == true)
    #expect(start["policy_hash"]?.string?.hasPrefix("sha256:") == true)
    #expect(end["event"] == "session_end" && end["calls"] == 5 && end["denied"] == 0)
  }

  @Test func `a context that can't be read denies, where without it a rule that denies would not be asked`() throws {
    let scratch = try Scratch()
    let policy = "settings: {default_action: allow}\nrules: [{deny: 'db:*', when: {env: prod}}]\n"
    var nested: JSONValue = 1
    for _ in 0..<200 { nested = [nested] }
    try withControlZero(scratch.configuration(policy)) { client in
      client.register("db") { _, _, _ in "done" }
      let context = CallContext(tags: ["env": "prod"], ["trail": nested])
      let decision = try client.evaluate("db", "drop", context: context)
      #expect(decision.effect == .deny && decision.policyID == "synthetic:ENGINE_UNAVAILABLE")
      #expect(decision.reason.contains("nested less deeply"))
      #expect(throws: PolicyDeniedError.self) { try client.callTool("db", "drop", context: context) }
      #expect(try client.callTool("db", "drop", context: ["env": "dev"]) == "done")
    }
  }

  @Test func `what a closure returns and nobody can look through is an error that says so, on record`() throws {
    let scratch = try Scratch()
    try withControlZero(scratch.configuration("rules: [{allow: 't:*'}]\n")) { client in
      client.register("t") { _, _, _ in
        var nested: JSONValue = 1
        for _ in 0..<200 { nested = [nested] }
        return nested
      }
      let error = try #require(throws: ToolCallError.self) { try client.callTool("t", "m") }
      #expect(error.reason == .malformed && error.description.contains("nest it less deeply"))
    }
    #expect(try scratch.rows("outcome").map { $0["error"]?.string } == ["malformed"])
  }

  @Test func `context overlays arguments, and tags overlay the context`() throws {
    let scratch = try Scratch()
    let policy = """
      version: "1"
      rules:
        - id: by-tag
          allow: "t:*"
          when: {env: tag}
      """
    try withControlZero(scratch.configuration(policy)) { client throws in
      func isAllowed(_ arguments: JSONObject, _ context: CallContext) throws -> Bool {
        try client.evaluate("t", "m", arguments, context: context).isAllowed
      }
      #expect(try isAllowed(["env": "tag"], [:]))
      #expect(try !isAllowed(["env": "tag"], ["env": "context"]))
      #expect(try isAllowed(["env": "argument"], ["env": "context", "tags": ["env": "tag"]]))
      #expect(try isAllowed([:], CallContext(userID: "u", tags: ["env": "tag"])))
    }
  }

  @Test func `what is nested more deeply than there is stack is refused like what is nested too deeply`() async throws {
    // In a process of its own, since this once led to a trap.
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      // No deeper than can be freed, since freeing is recursive too.
      @Sendable func nested() -> JSONValue { (0..<9000).reduce(1) { value, _ in ["a": [value]] } }
      let policy = "version: \"1\"\nrules: [{id: all, allow: \"*\"}]\n"
      try withControlZero(scratch.configuration(policy)) { client throws in
        client.register("t") { _, _, _ in nested() }
        try #require(throws: JSONTextError.self) { try client.callTool("t", "m", ["a": nested()]) }
        try #require(try !client.evaluate("t", "m", context: ["a": nested()]).isAllowed)
        let error = #expect(throws: ToolCallError.self) { try client.callTool("t", "m") }
        try #require(error?.reason == .malformed)
      }
    }
  }

  @Test func `calls go on record anew where the records of before were removed`() throws {
    let scratch = try Scratch()
    try withControlZero(scratch.configuration(examplePolicy)) { client throws in
      client.register("database") { _, _, _ in nil }
      for removed in ["state/audit", "state"] {
        try client.callTool("database", "count")
        try FileManager.default.removeItem(atPath: "\(scratch.path)/\(removed)")
        try client.callTool("database", "count")
        #expect(try scratch.rows("decision").count == 1)
      }
    }
  }
}
