public import ControlZero
public import ServiceLifecycle

/// A client as a service of swift-service-lifecycle: initialized when the group starts, closed when it is shut down, so
/// that its records are delivered and its MCP servers ended before the program ends.
///
///     let client = try AsyncControlZeroClient(apiKey: "cz_live_your_api_key_here")
///     let group = ServiceGroup(services: [ControlZeroService(client), agent], logger: logger)
///     try await group.run()
///
/// Services after it in the group are shut down before it. A call made before the client is initialized throws an error
/// that says so.
public struct ControlZeroService: Service {
  /// The client that the program's other services make their calls with.
  public let client: AsyncControlZeroClient

  /// - Parameter client: not yet initialized; this service initializes it and closes it.
  public init(_ client: AsyncControlZeroClient) {
    self.client = client
  }

  /// Runs until the group is shut down, or its task is cancelled; the client is closed then.
  ///
  /// - Throws: what ``AsyncControlZeroClient/initialize()`` throws, once the client is closed.
  public func run() async throws {
    do {
      try await client.initialize()
    } catch {
      await client.close()
      throw error
    }
    // Cancellation ends the wait as a shutdown does.
    try? await gracefulShutdown()
    await client.close()
  }
}
