import ControlZero
import Foundation
import Synchronization
import Testing

/// Many calls and clients at once, on the stand-in service.
@Suite struct ConcurrencyTests {
  private final class Counter: Sendable {
    private let value = Mutex(0)
    var total: Int { value.withLock { $0 } }
    func count() { value.withLock { $0 += 1 } }
  }

  @Test func `the policy is got anew while 32 tasks call tools`() async throws {
    let scratch = try Scratch()
    let service = try StandIn(bundle: try scratch.bundle("0.czpolicy", payload("allow", rule: "rule_0")))
    let configuration = try service.configuration(scratch)
    let executed = Counter()
    let denied = Counter()
    try await withControlZero(configuration) { client in
      client.register("t") { _, arguments, _ in
        executed.count()
        return .object(arguments)
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<32 {
          group.addTask {
            for call in 0..<50 {
              let arguments: JSONObject = ["task": .integer(Int64(task)), "call": .integer(Int64(call))]
              do {
                let result = try await client.callTool("t", "m", arguments)
                #expect(result == .object(arguments))
              } catch let error as PolicyDeniedError {
                denied.count()
                // The reason and the effect come from the same policy.
                #expect(["rule_1", "rule_3", "rule_5", "rule_7"].contains(error.decision.reason))
              }
            }
          }
        }
        for version in 1...8 {
          let bundle = try scratch.bundle(
            "\(version).czpolicy",
            payload(version.isMultiple(of: 2) ? "allow" : "deny", rule: "rule_\(version)"),
            at: 1_800_000_000 + UInt64(version))
          try service.content(#"{"bundle": "\#(bundle)"}"#)
          #expect(try await client.syncPolicies())
          // From here on, no call is judged by an older policy.
          #expect(try client.evaluate("t", "m").reason == "rule_\(version)")
        }
        try await group.waitForAll()
      }
      try await client.flush()
      #expect(try service.entries().count == 32 * 50)
    }
    let (calls, denials) = (executed.total, denied.total)
    #expect(calls + denials == 32 * 50)
    let rows = try scratch.rows("decision")
    #expect(rows.filter { $0["decision"] == "allow" }.count == calls)
    #expect(rows.filter { $0["decision"] == "deny" }.count == denials)
    #expect(try scratch.rows("policy_change").count == 8)
  }

  @Test func `decisions do not wait for a service that does not answer`() async throws {
    let scratch = try Scratch()
    let service = try StandIn()
    let configuration = try service.configuration(scratch)
    try await withControlZero(configuration) { client in
      client.register("github") { method, _, _ in .string(method) }
      try service.fault(#"{"on": "pull", "kind": "hang"}"#)
      let sync = Task { try await client.syncPolicies() }
      try await until { try service.requests("/v1/sdk/policies/pull").count == 2 }
      // The sync can't have ended: nobody has told the service to go on.
      #expect(try client.evaluate("github", "list_issues").isAllowed)
      #expect(try await client.callTool("github", "list_issues") == "list_issues")
      try service.clear()
      // The service closes the connection then, or answers; either way the sync ends.
      _ = await sync.result
      #expect(try await client.syncPolicies())
    }
  }

  @Test func `a task that is cancelled while its client starts gives up, and leaves it closed`() async throws {
    // In a process of its own: queued behind other tests, a request would be over before the task that made it is
    // cancelled.
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      let service = try StandIn()
      try service.fault(#"{"on": "bootstrap", "kind": "hang"}"#)
      let client = try AsyncControlZeroClient(service.configuration(scratch))
      let task = Task { try await client.initialize() }
      try await until { try service.requests("/v1/sdk/bootstrap").count == 1 }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(throws: NotInitializedError.self) { try client.evaluate("github", "list_issues") }
      await client.close()

      let configuration = try service.configuration(scratch)
      let scoped = Task { try await withControlZero(configuration) { _ async in Issue.record("it began") } }
      try await until { try service.requests("/v1/sdk/bootstrap").count == 2 }
      scoped.cancel()
      await #expect(throws: CancellationError.self) { try await scoped.value }
    }
  }

  @Test func `two clients of one state directory deliver everything, once`() async throws {
    let scratch = try Scratch()
    let service = try StandIn()
    let configuration = try service.configuration(scratch)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          try await withControlZero(configuration) { client in
            for _ in 0..<10 { _ = try? await client.callTool("github", "delete_repo") }
            try await client.flush()
          }
        }
      }
      try await group.waitForAll()
    }
    let ids = try service.entries().map { $0["id"]?.string }
    #expect(ids.count == 40 && Set(ids).count == 40)
  }

  @Test func `a task that is cancelled does not wait for what another asks of the service`() async throws {
    // In a process of its own: queued behind other tests, a request would be over before the task that made it is
    // cancelled.
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      let service = try StandIn()
      try await withControlZero(service.configuration(scratch)) { client in
        try service.fault(#"{"on": "pull", "kind": "hang"}"#)
        let isOver = Mutex(false)
        let first = Task {
          defer { isOver.withLock { $0 = true } }
          try await client.syncPolicies()
        }
        try await until { try service.requests("/v1/sdk/policies/pull").count == 2 }
        let second = Task { try await client.syncPolicies() }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        try #require(!isOver.withLock { $0 })
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
      }
    }
  }

  @Test func `closing delivers what waits though a refresh hangs, which hears of it`() async throws {
    // In a process of its own, as above.
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      let service = try StandIn()
      let client = try AsyncControlZeroClient(service.configuration(scratch))
      try await client.initialize()
      await #expect(throws: PolicyDeniedError.self) { try await client.callTool("github", "delete_repo") }
      try service.fault(#"{"on": "pull", "kind": "hang"}"#)
      let hanging = Task { try await client.syncPolicies() }
      try await until { try service.requests("/v1/sdk/policies/pull").count == 2 }
      let waiting = Task { try await client.syncPolicies() }
      await client.close()
      try #require(try service.entries().count == 1)
      await #expect(throws: ClientClosedError.self) { try await hanging.value }
      await #expect(throws: ClientClosedError.self) { try await waiting.value }
    }
  }
}
