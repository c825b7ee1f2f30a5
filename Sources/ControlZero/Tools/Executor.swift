internal import MCPHost

/// What executes the calls of a tool.
enum Executor: Sendable {
  /// A closure that runs on the calling thread.
  case closure(ToolHandler)
  case asyncClosure(AsyncToolHandler)
  case server(MCPServer)
}

/// Executes a tool: the method, its arguments as the policy lets them through, and the context of the call.
public typealias ToolHandler =
  @Sendable (_ method: String, _ arguments: JSONObject, _ context: CallContext) throws -> JSONValue

/// The same for ``AsyncControlZeroClient``.
public typealias AsyncToolHandler =
  @Sendable (_ method: String, _ arguments: JSONObject, _ context: CallContext) async throws -> JSONValue
