internal import MCPHost
internal import Policy

/// Governs the tool calls of a program: each is judged by the project's policy, recorded, and executed or refused.
///
/// For scripts and for threads of the program's own: what waits, waits on the thread that calls. Any number of threads
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

  /// Checks the options; nothing is read or asked yet.
  ///
  /// - Throws: ``InvalidConfigurationError`` for an API key of another form than `cz_live_…` or `cz_test_…`, and for
  ///   what the options lack.
  public init(_ configuration: ControlZeroConfiguration) throws {
    core = try ClientCore(configuration)
  }

  /// The same with every option as it is without being named.
  public convenience init(apiKey: String) throws {
    try self.init(ControlZeroConfiguration(apiKey: apiKey))
  }

  /// Always true. The documented SDK decides in Python where its engine in Rust is not installed; here there is one
  /// engine, it is compiled, and nothing can be absent.
  public var hasCompiledEngine: Bool { true }

  // MARK: Life

  /// Gets the policy and the tools of the session: from the service in the modes cloud and hybrid, from
  /// ``ControlZeroConfiguration/policyPath`` in the mode local. Calls are possible from here on.
  ///
  /// - Throws: ``BundleVerificationError``, ``BundleTamperError``, ``PolicyUnavailableError``,
  ///   ``InvalidConfigurationError``, ``ClientClosedError``.
  public func initialize() throws { try core.initialize() }

  /// Delivers the records that wait, as far as that takes no longer than a few seconds, ends the MCP servers and wipes
  /// the keys from memory. Every call says from here on that the client is closed. May be called again.
  public func close() { core.close() }

  // MARK: Tools

  /// Says what executes the calls of a tool; takes the place of what did before. An MCP server that did is ended, and calls
  /// that it has not answered fail with ``ToolCallError/Reason-swift.enum/serverEnded``.
  public func register(_ tool: String, _ handler: @escaping ToolHandler) {
    core.registry.register(tool, .closure(handler))
  }

  /// Names an MCP server, which is started when it is first called; takes the place of what executed the tool before.
  ///
  /// - Parameters:
  ///   - tool: the name that policies and calls have for it.
  ///   - command: the program, found by PATH, and its arguments.
  ///   - environment: added to the program's own.
  ///   - directory: where it starts; the program's own without.
  public func registerServer(
    _ tool: String, command: [String], environment: [String: String] = [:], directory: String? = nil
  ) {
    core.registerServer(tool, ServersFile.command(command, environment: environment, directory: directory))
  }

  /// Asks the policy about `tool:method`, and executes the call where it lets it through.
  ///
  /// The decision is on disk before the tool is invoked; what can't be recorded is denied. A result is scanned before it
  /// is returned.
  ///
  /// - Parameters:
  ///   - tool: the name of a closure or of an MCP server.
  ///   - method: the method, or the name of the server's tool.
  ///   - arguments: forwarded as they were judged.
  ///   - context: who calls, for conditions.
  ///   - timeout: how long a tool of an MCP server may take; ``ControlZeroConfiguration/callTimeout`` without.
  /// - Returns: what the closure returned; of an MCP server, the whole result (`content`, `structuredContent` …).
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

  /// The same, with the result as a type of the program's own: of an MCP server its `structuredContent`, where there
  /// is one.
  ///
  /// - Throws: the same, and `DecodingError` for a result of another form. The call was executed then.
  public func callTool<Value: Decodable>(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:],
    timeout: Duration? = nil, as type: Value.Type
  ) throws -> Value {
    try core.decode(callTool(tool, method, arguments, context: context, timeout: timeout), of: tool, as: type)
  }

  // MARK: Decisions

  /// Decides about a call without executing or recording it. Never waits for anything.
  ///
  /// So no MCP server is asked for its tools: where the type of an argument matters that only the server's schema tells,
  /// this may deny, and say so in ``PolicyDecision/doubts``, what ``callTool(_:_:_:context:timeout:)`` lets through.
  ///
  /// - Throws: ``NotInitializedError``, ``ClientClosedError``, ``JSONTextError`` for arguments that are no JSON that every
  ///   reader takes alike. A denial is no error here.
  public func evaluate(
    _ tool: String, _ method: String, _ arguments: JSONObject = [:], context: CallContext = [:]
  ) throws -> PolicyDecision {
    try core.evaluate(tool, method, arguments, context)
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
  /// - Throws: ``TextScanError`` for a text that can't be looked through, ``NotInitializedError``, ``ClientClosedError``.
  public func processPII(text: String, action: PIIAction = .detect) throws -> PIIResult {
    try core.processPII(text, action)
  }

  // MARK: Policy

  /// Gets the policy anew, now: from the service, or from the file again in the mode local.
  ///
  /// - Returns: true. Where it can't be had, an error says why, and the policy in force stays.
  /// - Throws: what ``initialize()`` throws, and ``NotInitializedError``.
  @discardableResult
  public func syncPolicies() throws -> Bool { try core.sync() }

  /// Puts the policy of a file in force, in place of the one that is. In the modes cloud and hybrid the next refresh puts
  /// the service's back.
  ///
  /// Before ``initialize()`` it makes calls possible, by this policy and without the servers of
  /// ``ControlZeroConfiguration/serversPath``.
  ///
  /// - Returns: true. What can't be used is an error, and the policy in force stays.
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
  /// - Throws: ``DeliveryError`` with what is left, ``NotInitializedError``, ``ClientClosedError``.
  public func flush() throws { try core.flush() }
}
