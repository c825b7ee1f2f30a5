internal import Audit
internal import DataLoss
internal import Logging
internal import MCPHost
internal import Policy
internal import Relay
internal import System
internal import Wire

/// A call that the policy lets through, ready to be executed.
struct PreparedCall: Sendable {
  let tool: String
  let method: String
  /// As the policy lets them through: judged, and masked where it says so.
  let arguments: JSONDocument
  let context: CallContext
  let executor: Executor
  let trace: [(key: String, value: String)]
  /// Nil where governance is off.
  let judged: JudgedCall?
  /// Monotonic, in nanoseconds.
  let startedAt: UInt64
}

/// Judging, recording, and what becomes of results.
extension ClientCore {
  // MARK: Judging

  /// Judges a call; nil where governance is off. Never blocks.
  func judge(
    _ tool: String, _ method: String, _ arguments: JSONObject, _ context: CallContext,
    catalog: ServerCatalog? = nil, isAdvice: Bool
  ) throws -> JudgedCall? {
    guard let snapshot = try snapshot() else { return nil }
    let document = try Self.document(arguments)
    let started = MonotonicClock.nanoseconds()
    let call = call(tool, method, document, context, snapshot, catalog)
    let judgement = snapshot.policy.judge(call, obstacle: snapshot.obstacle)
    return JudgedCall(
      tool: tool, method: method, arguments: document, decision: judgement.decision, dataLoss: judgement.dataLoss,
      sensitiveKeys: judgement.sensitiveKeys, evaluationTime: MonotonicClock.nanoseconds() &- started,
      snapshot: snapshot, isAdvice: isAdvice)
  }

  /// A tool of an MCP server is judged as the proxy judges it, in all spellings and by the types of its arguments; any
  /// other as the SDK does.
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
      return try JSONDocument(parsing: arguments.json[...], options: .document)
    } catch {
      throw JSONTextError(description: "the arguments can't be sent as they are: \(error)")
    }
  }

  /// A server whose answer to `tools/list` could change what is decided; nil where it would not, or is known.
  ///
  /// A condition may be in doubt about the type of an argument, and what is masked may have to keep its type.
  func serverInQuestion(of judged: JudgedCall?) -> MCPServer? {
    guard let judged, !judged.decision.doubts.isEmpty || !judged.dataLoss.edits.isEmpty,
      registry.catalog(of: judged.tool) == nil, case .server(let server)? = registry.executor(of: judged.tool)
    else { return nil }
    return server
  }

  // MARK: Before the call

  /// Records a decision, and makes a call of it or throws.
  func prepare(
    _ tool: String, _ method: String, _ arguments: JSONObject, _ context: CallContext, _ judged: JudgedCall?
  ) throws -> PreparedCall {
    let trace = TraceParent.current()
    let executor = registry.executor(of: tool)
    var document: JSONDocument
    if let judged {
      lookForQuarantine()
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

  /// Puts a decision on record. What can't be recorded is denied.
  func record(_ judged: JudgedCall, _ trace: [(key: String, value: String)]) -> JudgedCall {
    do throws(AuditError) {
      try trail.write(trail.record.decision(judged, trace: trace, at: Trail.now()))
      recorded()
      return judged
    } catch {
      logger.error("the audit record can't be written", metadata: ["reason": "\(error)"])
      guard judged.decision.effect != .deny else { return judged }
      return judged.deciding(.auditUnavailable(reason: "\(error)", instead: judged.decision))
    }
  }

  private func recordOutcome(
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

  // MARK: After the call

  /// The arguments for a closure.
  func arguments(of call: PreparedCall) -> JSONObject {
    JSONValue(call.arguments.root, in: call.arguments).object ?? JSONObject()
  }

  /// What a closure returned, as far as the policy lets it through.
  func finish(_ call: PreparedCall, _ result: Result<JSONValue, any Error>) throws -> JSONValue {
    switch result {
    case .failure(let error):
      if let judged = call.judged {
        recordOutcome(judged, since: call.startedAt, bytes: 0, error: "\(type(of: error))")
      }
      throw error
    case .success(let value):
      guard call.judged != nil else { return value }
      let document = try JSONDocument(parsing: value.json[...], options: .document)
      let scanned = try scan(call, document.root, in: document, error: nil, mayRetype: true)
      return scanned.map { JSONValue($0.root, in: $0) } ?? value
    }
  }

  /// What a server answered, as far as the policy lets it through.
  func finish(_ call: PreparedCall, _ result: Result<MCPAnswer, MCPFailure>) throws -> JSONValue {
    switch result {
    case .failure(.closed):
      throw ClientClosedError()
    case .failure(.cancelled):
      note(call, error: "cancelled")
      throw CancellationError()
    case .failure(.rpc(let message, let code)):
      let text = try scanText(call, message)
      throw failure(
        call, .server(code: code), "the server answered with error \(code): \(text)", "see the server's documentation")
    case .failure(let error):
      let (reason, word, advice) = Self.explain(error)
      note(call, error: word)
      throw failure(call, reason, "\(error)", advice)
    case .success(let answer):
      let isError = answer.document.member("isError", of: answer.result).map { answer.document.kind(of: $0) == .true }
      let catalog = registry.catalog(of: call.tool)
      let scanned = try scan(
        call, answer.result, in: answer.document, error: isError == true ? "tool_error" : nil,
        mayRetype: catalog.map { !$0.hasOutputSchema(Array(call.method.utf8)) } ?? false)
      let value =
        scanned.flatMap { document in
          document.member("result", of: document.root).map { JSONValue($0, in: document) }
        } ?? JSONValue(answer.result, in: answer.document)
      guard isError != true else {
        throw failure(
          call, .reported(value), "the tool failed: \(DisplayText.escaped((value.contentText ?? "").utf8, limit: 500))",
          "its result says why")
      }
      return value
    }
  }

  /// Scans what came back and puts it on record; gives the document with what is masked, nil where nothing is.
  private func scan(
    _ call: PreparedCall, _ node: JSONDocument.Node, in document: JSONDocument, error: String?, mayRetype: Bool
  ) throws -> JSONDocument? {
    guard let judged = call.judged else { return nil }
    let rule = judged.snapshot.policy.resultRule(for: Array("\(call.tool):\(call.method)".utf8))
    let outcome = judged.snapshot.resultScanner.scan(
      [node], in: document, mode: rule.dataLoss ?? settings.resultMode, mayRetype: mayRetype)
    let withholding =
      outcome.denial.map { Withholding(code: .dataLoss, reason: $0) }
      ?? rule.withholding(node, in: document, bytes: document.raw(node).count)
    recordOutcome(
      judged, since: call.startedAt, bytes: document.raw(node).count, error: error, outcome, withholding)
    if let withholding {
      throw failure(
        call, .withheld, "the policy withholds the result: \(withholding.reason)",
        "the call was executed; do not retry")
    }
    guard !outcome.edits.isEmpty else { return nil }
    return try JSONDocument(parsing: ByteEdit.apply(outcome.edits, to: document.bytes)[...], options: .document)
  }

  /// The words of a server's error are scanned like a result.
  private func scanText(_ call: PreparedCall, _ text: String) throws -> String {
    let document = try JSONDocument(parsing: JSONValue.string(text).json[...], options: .document)
    let masked = try scan(call, document.root, in: document, error: "server_error", mayRetype: true)
    return masked.map { String(decoding: $0.text($0.root), as: UTF8.self) } ?? text
  }

  private func note(_ call: PreparedCall, error: String) {
    guard let judged = call.judged else { return }
    recordOutcome(judged, since: call.startedAt, bytes: 0, error: error)
  }

  private func failure(
    _ call: PreparedCall, _ reason: ToolCallError.Reason, _ text: String, _ advice: String
  ) -> ToolCallError {
    ToolCallError(
      tool: call.tool, method: call.method, reason: reason,
      description: "\(call.tool):\(call.method): \(text); \(advice)")
  }

  private static func explain(_ failure: MCPFailure) -> (ToolCallError.Reason, String, String) {
    switch failure {
    case .start: (.start, "start", "see that the command in the file of servers is right")
    case .silent:
      (.timedOut, "timed_out", "it may have been executed; give a longer callTimeout where it takes that long")
    case .ended: (.serverEnded, "server_ended", "it may have been executed; the next call starts the server again")
    case .malformed: (.malformed, "malformed", "it was executed; the server must be mended")
    default: (.congested, "congested", "wait for the calls in flight")
    }
  }

  // MARK: Requests to servers

  /// Sends a call to its server. The completion is told what came of it.
  func send(
    _ call: PreparedCall, to server: MCPServer, timeout: Duration?, completion: @escaping MCPCompletion
  ) -> MCPRequest {
    let (name, arguments) = (call.method, call.arguments.bytes)
    return server.request(
      "tools/call", timeout: Self.nanoseconds(timeout ?? settings.callTimeout), meta: call.trace,
      params: { writer in
        writer.key("name")
        writer.string(name)
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
