internal import MCPHost

/// Governs the tool calls of a program: each is judged by the project's policy, recorded, and executed or refused.
///
/// For scripts and for threads of the program's own: methods that wait block the calling thread. Any number of threads
/// may use one client. ``AsyncControlZeroClient`` is for tasks.
///
///     try withControlZero(.init(apiKey: "cz_live_your_api_key_here")) { client in
///       client.register("database") { method, arguments, context in try database.run(arguments) }
///       let result = try client.callTool(
///         "database", "query", ["sql": "SELECT * FROM orders"],
///         context: ["user_id": "agent-001", "user_group": "analysts"])
///       print(result)
///     }
public final class ControlZeroClient: Sendable {
  private let core: ClientCore

  /// Checks the options; no policy is read and no service is asked yet.
  ///
  /// - Throws: ``InvalidConfigurationError`` for an API key of another form than `cz_live_…` or `cz_test_…`, and for
  ///   missing options.
  public init(_ configuration: ControlZeroConfiguration) throws {
    core = try ClientCore(configuration)
  }

  /// Creates a client with the defaults of all other options.
  public convenience init(apiKey: String) throws {
    try self.init(ControlZeroConfiguration(apiKey: apiKey))
  }

  /// Always true. The documented SDK decides in Python if its Rust engine is not installed; here there is one engine,
  /// which is compiled and can't be missing.
  public var hasCompiledEngine: Bool { true }

  // MARK: Life

  /// Gets the policy and the tools of the session: from the service in the modes cloud and hybrid, from
  /// ``ControlZeroConfiguration/policyPath`` in the mode local. Calls are possible from here on.
  ///
  /// - Throws: ``BundleVerificationError``, ``BundleTamperError``, ``PolicyUnavailableError``,
  ///   ``InvalidConfigurationError``, ``ClientClosedError``.
  public func initialize() throws { try core.initialize() }

  /// Delivers the waiting records, as far as a few seconds allow, ends the MCP servers and wipes the keys from memory.
  /// From then on, every call throws an error that says that the client is closed. May be called again.
  public func close() { core.close() }

  // MARK: Tools

  /// Sets what executes the calls of a tool, in place of what did before. If that was an MCP server, it is ended, and
  /// calls that it has not answered fail with ``ToolCallError/Reason-swift.enum/serverEnded``.
  public func register(_ tool: String, _ handler: @escaping ToolHandler) {
    core.registry.register(tool, .closure(handler))
  }

  /// Registers an MCP server, which is started on its first call, in place of what executed the tool before.
  ///
  /// - Parameters:
  ///   - tool: the name that policies and calls use for the server.
  ///   - command: the program, found by PATH, and its arguments.
  ///   - environment: added to the program's own.
  ///   - directory: the server's working directory; by default the program's own.
  public func registerServer(
    _ tool: String, command: [String], environment: [String: String] = [:], directory: String? = nil
  ) {
    core.registerServer(tool, ServersFile.command(command, environment: environment, directory: directory))
  }

  /// Asks the policy about `tool:method`, and executes the call if the policy lets it through.
  ///
  /// The decision is on disk before the tool is invoked; a call that can't be recorded is denied. A result is scanned
  /// before it is returned.
  ///
  /// - Parameters:
  ///   - tool: the name of a closure or of an MCP server.
  ///   - method: the method, or the name of the server's tool.
  ///   - arguments: forwarded as they were judged.
  ///   - context: who calls, for conditions.
  ///   - timeout: how long a tool of an MCP server may take; by default ``ControlZeroConfiguration/callTimeout``.
  /// - Returns: what the closure returned; for an MCP server, the whole result (`content`, `structuredContent` …).
  /// - Throws: ``PolicyDeniedError`` before anything is invoked, ``ToolNotFoundError``, ``ToolCallError``, whatever the
  ///   closure throws, ``JSONTextError`` for arguments that can't be sent, ``NotInitializedError``,
  ///   ``ClientClosedError``.
  @discardableResult
  public func callTool(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:],
    timeout: Duration? = nil
  ) throws -> JSONValue {
    var judged = try core.judge(tool, method, arguments, context, isAdvice: false)
    if let server = core.serverInQuestion(of: judged) {
      let reply = Reply<ServerCatalog.Reading>()
      server.readCatalog(until: core.deadline(timeout), Pending()) { reply.give($0) }
      let catalog = core.registry.learn(reply.wait(), of: tool)
      judged = try core.judge(tool, method, arguments, context, catalog: catalog, isAdvice: false)
    }
    let call = try core.prepare(tool, method, arguments, context, judged)
    switch call.executor {
    case .closure(let handler):
      let arguments = core.arguments(of: call)
      return try core.finish(call, Result { try handler(method, arguments, context) })
    case .server(let server):
      let reply = Reply<Result<MCPAnswer, MCPFailure>>()
      _ = core.send(call, to: server, timeout: timeout) { reply.give($0) }
      return try core.finish(call, reply.wait())
    case .asyncClosure:
      // Only the other client registers such a closure, in a registry of its own.
      throw ToolNotFoundError(tool: tool, isListed: false)
    }
  }

  /// Calls a tool and decodes the result as a type of the program's own: for an MCP server its `structuredContent`, if
  /// there is one.
  ///
  /// - Throws: what ``callTool(_:_:_:context:timeout:)`` throws, and `DecodingError` for a result of another form, in
  ///   which case the call was executed.
  public func callTool<Value: Decodable>(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:],
    timeout: Duration? = nil, as type: Value.Type
  ) throws -> Value {
    try core.decode(callTool(tool, method, arguments, context: context, timeout: timeout), of: tool, as: type)
  }

  // MARK: Decisions

  /// Decides about a call without executing or recording it. Never waits for anything.
  ///
  /// This tells what ``callTool(_:_:_:context:timeout:)`` would do, masking included. If the program executes the call
  /// itself, ``guard(_:_:_:context:)`` is what to ask.
  ///
  /// So no MCP server is asked for its tools: if a decision depends on the type of an argument, which only the server's
  /// schema tells, this may deny what ``callTool(_:_:_:context:timeout:)`` lets through, and says so in
  /// ``PolicyDecision/doubts``.
  ///
  /// - Throws: ``NotInitializedError``, ``ClientClosedError``, ``JSONTextError`` for arguments that are not JSON that
  ///   every reader understands alike. A denial is no error here.
  public func evaluate(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:]
  ) throws -> PolicyDecision {
    try core.evaluate(tool, method, arguments, context)
  }

  /// Decides about a call that the program executes itself, and records the decision: `guard()` of the SDK.
  ///
  /// Nothing is executed, and as with ``evaluate(_:_:_:context:)`` nothing is waited for. The arguments of the program
  /// can't be masked from here, so a call with a value that a rule masks is denied, as in the SDK;
  /// ``callTool(_:_:_:context:timeout:)`` masks it.
  ///
  /// - Throws: what ``evaluate(_:_:_:context:)`` throws. A denial is no error here: the program acts on it.
  public func `guard`(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:]
  ) throws -> PolicyDecision {
    try core.decide(tool, method, arguments, context)
  }

  /// Judges a request to a language model, as `llm:generate`, and records the decision. The program acts on it.
  ///
  /// - Parameters:
  ///   - model: the name of the model.
  ///   - provider: who runs it.
  ///   - estimatedTokens: how long the request and its answer will be, in tokens.
  ///   - functions: the names of the functions that are offered to the model.
  ///   - hasPII: whether the program knows of personal data in the request.
  /// - Throws: ``NotInitializedError``, ``ClientClosedError``. A denial is no error here.
  public func checkLLMRequest(
    model: String, provider: String, estimatedTokens: Int, functions: [String] = [], hasPII: Bool = false
  ) throws -> PolicyDecision {
    try core.check(
      LLMCheck(
        model: model, provider: provider, estimatedTokens: estimatedTokens, functions: functions, hasPII: hasPII))
  }

  /// Looks for personal data and secrets in a text, by the detectors of the policy in force.
  ///
  /// - Throws: ``TextScanError`` for a text that can't be scanned, ``NotInitializedError``, ``ClientClosedError``.
  public func processPII(text: String, action: PIIAction = .detect) throws -> PIIResult {
    try core.processPII(text, action)
  }

  // MARK: Policy

  /// Gets the policy anew, now: from the service, or in the mode local from the file again.
  ///
  /// - Returns: true. If the policy can't be had, an error says why, and the policy in force stays.
  /// - Throws: what ``initialize()`` throws, and ``NotInitializedError``.
  @discardableResult
  public func syncPolicies() throws -> Bool { try core.sync() }

  /// Replaces the policy in force with that of a file. In the modes cloud and hybrid the next refresh puts the
  /// service's policy back.
  ///
  /// If called before ``initialize()``, it makes calls possible, under this policy and without the servers of
  /// ``ControlZeroConfiguration/serversPath``.
  ///
  /// - Returns: true. A file that can't be used is an error, and the policy in force stays.
  /// - Throws: ``BundleVerificationError``, ``BundleTamperError``, ``PolicyUnavailableError``, ``ClientClosedError``.
  @discardableResult
  public func loadPolicyBundle(_ path: String) throws -> Bool {
    try core.loadFile(path)
    return true
  }

  // MARK: Records

  /// Returns when everything that was recorded before is delivered to the service.
  ///
  /// In the mode local there is nobody to deliver to: records are on disk before a tool is invoked.
  ///
  /// - Throws: ``DeliveryError`` with the number of records left, ``NotInitializedError``, ``ClientClosedError``.
  public func flush() throws { try core.flush() }
}
