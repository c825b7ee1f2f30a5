internal import Audit
internal import DataLoss
internal import Logging
internal import MCPHost
internal import Platform
internal import Policy
internal import Relay
internal import Wire

/// A call that the policy lets through, ready to be executed.
struct PreparedCall: Sendable {
  let tool: String
  let method: String
  /// The arguments as the policy lets them through: judged, and masked where it says so.
  let arguments: JSONDocument
  let context: CallContext
  let executor: Executor
  let trace: [(key: String, value: String)]
  /// Nil if governance is off.
  let judged: JudgedCall?
  /// Monotonic, in nanoseconds.
  let startedAt: UInt64
}

/// Judging, recording and sending.
extension ClientCore {
  // MARK: Judging

  /// Judges a call; nil if governance is off. Never blocks.
  ///
  /// - Parameter masks: whether what the policy masks will be masked before the call is executed; otherwise it is denied.
  func judge(
    _ tool: String, _ method: String, _ arguments: JSONObject, _ context: CallContext,
    catalog: ServerCatalog? = nil, isAdvice: Bool, masks: Bool = true
  ) throws -> JudgedCall? {
    lookForQuarantine()
    guard let snapshot = try snapshot() else { return nil }
    let document = try Self.document(arguments)
    let started = MonotonicClock.nanoseconds()
    let call = call(tool, method, document, context, snapshot, catalog)
    let judgement = snapshot.policy.judge(call, obstacle: snapshot.obstacle, rewrites: masks)
    return JudgedCall(
      tool: tool, method: method, arguments: document, decision: judgement.decision, dataLoss: judgement.dataLoss,
      sensitiveKeys: judgement.sensitiveKeys, evaluationTime: MonotonicClock.nanoseconds() &- started,
      snapshot: snapshot, isAdvice: isAdvice)
  }

  /// A tool of an MCP server is judged as the proxy judges it, in all spellings and by the types of its arguments; any
  /// other tool as the SDK judges it.
  private func call(
    _ tool: String, _ method: String, _ arguments: JSONDocument, _ given: CallContext, _ snapshot: Snapshot,
    _ catalog: ServerCatalog?
  ) -> Call {
    let context =
      given.isEmpty
      ? snapshot.plainContext
      : EvaluationContext.make(
        given, agentName: settings.agentName, project: snapshot.isHosted ? snapshot.projectID ?? "" : nil)
    let name = Array(method.utf8)
    if case .server? = registry.executor(of: tool) {
      return Call(
        server: Array(tool.utf8), tool: name, arguments: (arguments, arguments.root), context: context,
        schema: (catalog ?? registry.catalog(of: tool))?.schema(of: name), files: snapshot.files)
    }
    return Call(
      tool: Array(tool.utf8), method: name, arguments: (arguments, arguments.root), context: context,
      files: snapshot.files)
  }

  private static func document(_ arguments: JSONObject) throws -> JSONDocument {
    do throws(JSONError) {
      return try JSONDocument(parsing: JSONValue.object(arguments).jsonForReader[...], options: .document)
    } catch {
      throw JSONTextError(description: "the arguments can't be sent as they are: \(error)")
    }
  }

  /// The server whose answer to `tools/list` could change the decision; nil if it could not, or is known already.
  ///
  /// A condition may be in doubt about the type of an argument, and a masked argument may have to keep its type.
  func serverInQuestion(of judged: JudgedCall?) -> MCPServer? {
    guard let judged, !judged.decision.doubts.isEmpty || !judged.dataLoss.edits.isEmpty,
      registry.catalog(of: judged.tool) == nil, case .server(let server)? = registry.executor(of: judged.tool)
    else { return nil }
    return server
  }

  // MARK: Before the call

  /// Records a decision, and prepares the call; throws if it is denied or nothing can execute it.
  func prepare(
    _ tool: String, _ method: String, _ arguments: JSONObject, _ context: CallContext, _ judged: JudgedCall?
  ) throws -> PreparedCall {
    let trace = TraceParent.current()
    let executor = registry.executor(of: tool)
    var document: JSONDocument
    if let judged {
      let recorded = record(judged, trace)
      guard recorded.decision.effect != .deny else {
        throw PolicyDeniedError(tool: tool, method: method, decision: recorded.publicDecision)
      }
      document = judged.arguments
      if !judged.dataLoss.edits.isEmpty {
        let masked = ByteEdit.apply(judged.dataLoss.edits, to: document.bytes)
        document = try JSONDocument(parsing: masked[...], options: .document)
      }
    } else {
      document = try Self.document(arguments)
    }
    let started = MonotonicClock.nanoseconds()
    guard let executor else {
      if let judged { recordOutcome(judged, since: started, bytes: 0, error: "tool_not_found", nil) }
      throw ToolNotFoundError(tool: tool, isListed: registry.isListed(tool))
    }
    return PreparedCall(
      tool: tool, method: method, arguments: document, context: context, executor: executor, trace: trace,
      judged: judged, startedAt: started)
  }

  /// Records a decision. A call that can't be recorded is denied.
  func record(_ judged: JudgedCall, _ trace: [(key: String, value: String)]) -> JudgedCall {
    do throws(AuditError) {
      try trail.write(
        trail.record.decision(judged, trace: trace, at: Trail.now()), isDenied: judged.decision.effect == .deny)
      recorded()
      return judged
    } catch {
      logger.error("the audit record can't be written", metadata: ["reason": "\(error)"])
      guard judged.decision.effect != .deny else { return judged }
      return judged.deciding(.auditUnavailable(reason: "\(error)", instead: judged.decision))
    }
  }

  func recordOutcome(
    _ judged: JudgedCall, since start: UInt64, bytes: Int, error: String?, _ dataLoss: ScanOutcome? = nil,
    _ withholding: Withholding? = nil
  ) {
    do throws(AuditError) {
      try trail.write(
        trail.record.outcome(
          judged, duration: MonotonicClock.nanoseconds() &- start, bytes: bytes, error: error, dataLoss: dataLoss,
          withholding: withholding, at: Trail.now()))
    } catch {
      logger.error("the audit record can't be written", metadata: ["reason": "\(error)"])
    }
  }

  // MARK: Requests to servers

  /// Sends a call to its server. The completion gets the result.
  func send(
    _ call: PreparedCall, to server: MCPServer, timeout: Duration?, completion: @escaping MCPCompletion
  ) -> MCPRequest {
    let (name, arguments) = (call.method, call.arguments.bytes)
    return server.request(
      "tools/call", timeout: Self.nanoseconds(timeout ?? settings.callTimeout), meta: call.trace,
      params: { writer in
        writer.string("name", name)
        writer.key("arguments")
        // What was judged is what is sent, byte for byte.
        writer.raw(arguments)
      }, completion: completion)
  }

  /// Monotonic, in nanoseconds.
  func deadline(_ timeout: Duration?) -> UInt64 {
    MonotonicClock.nanoseconds() + Self.nanoseconds(timeout ?? settings.callTimeout)
  }

  static func nanoseconds(_ duration: Duration) -> UInt64 {
    let (seconds, attoseconds) = duration.components
    guard seconds < 1 << 30 else { return 1 << 60 }
    return UInt64(max(seconds, 0)) * 1_000_000_000 + UInt64(max(attoseconds, 0)) / 1_000_000_000
  }
}
