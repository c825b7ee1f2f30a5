/// Governs the tool calls of a program that runs in tasks; see ``ControlZeroClient`` for what each method does.
///
/// Nothing here blocks a thread that tasks share, except replacing a running MCP server with another tool, which waits
/// until the server has ended; and no thread waits for the next refresh. A task that is cancelled gives up what it
/// waits for, with `CancellationError`; if that is a call, the MCP server is told. All methods may run concurrently,
/// each of them several times.
public actor AsyncControlZeroClient {
  private nonisolated let core: ClientCore

  /// See ``ControlZeroClient/init(_:)``.
  public init(_ configuration: ControlZeroConfiguration) throws {
    core = try ClientCore(configuration)
  }

  /// See ``ControlZeroClient/init(apiKey:)``.
  public init(apiKey: String) throws {
    try self.init(ControlZeroConfiguration(apiKey: apiKey))
  }

  /// See ``ControlZeroClient/hasCompiledEngine``.
  public nonisolated var hasCompiledEngine: Bool { true }

  // MARK: Life

  /// See ``ControlZeroClient/initialize()``.
  public func initialize() async throws {
    try await Offload.run { [core] cancellation in try core.initialize(cancellation) }
  }

  /// See ``ControlZeroClient/close()``. Runs to its end even if the task is cancelled.
  public func close() async {
    await Offload.runUncancelled { [core] in core.close() }
  }

  // MARK: Tools

  /// See ``ControlZeroClient/register(_:_:)``; the closure may suspend.
  public nonisolated func register(_ tool: String, _ handler: @escaping AsyncToolHandler) {
    core.registry.register(tool, .asyncClosure(handler))
  }

  /// See ``ControlZeroClient/registerServer(_:command:environment:directory:)``.
  public nonisolated func registerServer(
    _ tool: String, command: [String], environment: [String: String] = [:], directory: String? = nil
  ) {
    core.registerServer(tool, ServersFile.command(command, environment: environment, directory: directory))
  }

  /// See ``ControlZeroClient/callTool(_:_:_:context:timeout:)``.
  @discardableResult
  public nonisolated func callTool(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:],
    timeout: Duration? = nil
  ) async throws -> JSONValue {
    try Task.checkCancellation()
    var judged = try core.judge(tool, method, arguments, context, isAdvice: false)
    if let server = core.serverInQuestion(of: judged) {
      let reading = await wait { pending, completion in
        server.readCatalog(until: core.deadline(timeout), pending, completion: completion)
      }
      try Task.checkCancellation()
      let catalog = core.registry.learn(reading, of: tool)
      judged = try core.judge(tool, method, arguments, context, catalog: catalog, isAdvice: false)
    }
    let call = try core.prepare(tool, method, arguments, context, judged)
    switch call.executor {
    case .closure(let handler):
      let arguments = core.arguments(of: call)
      return try core.finish(call, Result { try handler(method, arguments, context) })
    case .asyncClosure(let handler):
      let arguments = core.arguments(of: call)
      let result: Result<JSONValue, any Error>
      do {
        result = .success(try await handler(method, arguments, context))
      } catch {
        result = .failure(error)
      }
      return try core.finish(call, result)
    case .server(let server):
      let answer = await wait { pending, completion in
        pending.begin(core.send(call, to: server, timeout: timeout, completion: completion))
      }
      return try core.finish(call, answer)
    }
  }

  /// Waits until the completion is called; cancelling the task makes that happen early.
  private nonisolated func wait<Value: Sendable>(
    _ body: (Pending, @escaping @Sendable (Value) -> Void) -> Void
  ) async -> Value {
    let pending = Pending()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in body(pending) { continuation.resume(returning: $0) } }
    } onCancel: {
      pending.cancel()
    }
  }

  /// See ``ControlZeroClient/callTool(_:_:_:context:timeout:as:)``.
  public nonisolated func callTool<Value: Decodable>(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:],
    timeout: Duration? = nil, as type: Value.Type
  ) async throws -> Value {
    let result = try await callTool(tool, method, arguments, context: context, timeout: timeout)
    return try core.decode(result, of: tool, as: type)
  }

  // MARK: Decisions

  /// See ``ControlZeroClient/evaluate(_:_:_:context:)``. Needs no `await`: it never waits.
  public nonisolated func evaluate(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:]
  ) throws -> PolicyDecision {
    try core.evaluate(tool, method, arguments, context)
  }

  /// See ``ControlZeroClient/guard(_:_:_:context:)``.
  public nonisolated func `guard`(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:]
  ) async throws -> PolicyDecision {
    try core.decide(tool, method, arguments, context)
  }

  /// See ``ControlZeroClient/checkLLMRequest(model:provider:estimatedTokens:functions:hasPII:)``.
  public nonisolated func checkLLMRequest(
    model: String, provider: String, estimatedTokens: Int, functions: [String] = [], hasPII: Bool = false
  ) async throws -> PolicyDecision {
    try core.check(
      LLMCheck(
        model: model, provider: provider, estimatedTokens: estimatedTokens, functions: functions, hasPII: hasPII))
  }

  /// See ``ControlZeroClient/processPII(text:action:)``.
  public nonisolated func processPII(text: String, action: PIIAction = .detect) async throws -> PIIResult {
    try core.processPII(text, action)
  }

  // MARK: Policy

  /// See ``ControlZeroClient/syncPolicies()``.
  @discardableResult
  public nonisolated func syncPolicies() async throws -> Bool {
    try await Offload.run { [core] cancellation in try core.sync(cancellation) }
  }

  /// See ``ControlZeroClient/loadPolicyBundle(_:)``.
  @discardableResult
  public nonisolated func loadPolicyBundle(_ path: String) async throws -> Bool {
    try await Offload.run { [core] _ in
      try core.loadFile(path)
      return true
    }
  }

  // MARK: Records

  /// See ``ControlZeroClient/flush()``.
  public nonisolated func flush() async throws {
    try await Offload.run { [core] cancellation in try core.flush(cancellation) }
  }
}
