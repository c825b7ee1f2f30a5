/// Runs something with a client that is initialized before and closed after, even if the body throws.
///
/// - Throws: what ``ControlZeroClient/init(_:)`` and ``ControlZeroClient/initialize()`` throw, and what the body does.
///
///     try withControlZero(.init(apiKey: "cz_live_your_api_key_here")) { client in
///       try client.callTool("github", "list_issues", ["repo": "acme/app"])
///     }
@discardableResult
public func withControlZero<Result>(
  _ configuration: ControlZeroConfiguration, _ body: (ControlZeroClient) throws -> Result
) throws -> Result {
  let client = try ControlZeroClient(configuration)
  defer { client.close() }
  try client.initialize()
  return try body(client)
}

/// Runs something with a client that is initialized before and closed after, even if the body throws or its task is
/// cancelled.
///
///     try await withControlZero(.init(apiKey: "cz_live_your_api_key_here")) { client in
///       try await client.callTool("github", "list_issues", ["repo": "acme/app"])
///     }
@discardableResult
public func withControlZero<Result>(
  _ configuration: ControlZeroConfiguration, isolation: isolated (any Actor)? = #isolation,
  _ body: (AsyncControlZeroClient) async throws -> sending Result
) async throws -> sending Result {
  let client = try AsyncControlZeroClient(configuration)
  do {
    try await client.initialize()
    let result = try await body(client)
    await client.close()
    return result
  } catch {
    await client.close()
    throw error
  }
}
