import ControlZero
import ControlZeroService
import Foundation
import Instrumentation
import Logging
import ServiceContextModule
import ServiceLifecycle
import Testing

/// The client beside the ecosystem's packages.
@Suite struct ServiceTests {
  @Test func `as a service it is ready while the group runs, and closed after`() async throws {
    struct Agent: Service {
      let client: AsyncControlZeroClient

      func run() async throws {
        while (try? client.evaluate("github", "list_issues").isAllowed) != true {
          try await Task.sleep(for: .milliseconds(1))
        }
      }
    }
    let scratch = try Scratch()
    let client = try AsyncControlZeroClient(scratch.configuration(examplePolicy))
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(service: ControlZeroService(client)),
          .init(service: Agent(client: client), successTerminationBehavior: .gracefullyShutdownGroup),
        ], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    try await group.run()
    #expect(throws: ClientClosedError.self) { try client.evaluate("github", "list_issues") }
  }

  @Test func `a service without a policy fails its group, and is closed`() async throws {
    let scratch = try Scratch()
    let client = try AsyncControlZeroClient(scratch.configuration("rules: 1"))
    await #expect(throws: PolicyUnavailableError.self) { try await ControlZeroService(client).run() }
    #expect(throws: ClientClosedError.self) { try client.evaluate("github", "list_issues") }
  }

  @Test func `a call says of which trace it is, to the server and on record`() async throws {
    // In a process of its own, since all tests of a process share one tracer.
    await #expect(processExitsWith: .success) {
      struct Tracer: Instrument {
        func inject<Carrier, Inject: Injector>(
          _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
        ) where Inject.Carrier == Carrier {
          injector.inject(ServiceTests.parent, forKey: "traceparent", into: &carrier)
        }

        func extract<Carrier, Extract: Extractor>(
          _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
        ) where Extract.Carrier == Carrier {}
      }
      InstrumentationSystem.bootstrap(Tracer())
      let scratch = try Scratch()
      let record = "\(scratch.path)/received"
      let servers = try ServerTests.servers(scratch, ["--record", record])
      let configuration = try scratch.configuration(ServerTests.allowAll) { $0.serversPath = servers }
      try await withControlZero(configuration) { client in
        _ = try await client.callTool("s", "echo")
        try await ServiceContext.withValue(.topLevel) { _ = try await client.callTool("s", "echo") }
      }
      let received = String(decoding: try #require(FileManager.default.contents(atPath: record)), as: UTF8.self)
      try #require(received.split(separator: "\n").filter { $0.contains(ServiceTests.parent) }.count == 1)
      let rows = try scratch.rows("decision")
      try #require(rows[0]["trace"] == nil && rows[1]["trace"]?["traceparent"]?.string == ServiceTests.parent)
    }
  }

  static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
}
