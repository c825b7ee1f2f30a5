public import DataLoss
public import Policy
public import Wire

/// One host talking to one server: what crosses, what is judged, what is answered (MCP, both protocol eras).
///
/// A state machine without descriptors: lines go in, ``Step``s come out. It holds what is in flight and nothing else,
/// and decides era and meaning for each request by the request alone.
public struct Session: Sendable {
  /// What a session is told once.
  public struct Options: Sendable {
    public var server: ServerName
    public var context: Context
    /// Denied calls are answered by a JSON-RPC error instead of a tool result.
    public var deniesAsError = false
    /// Denials are put on record, and the calls go through.
    public var observes = false
    /// What becomes of arguments under a key that says that they are encoded.
    public var encodedArguments = ArgumentScanner.Encoded.deny
    /// Bytes of text in a call's arguments that are scanned; a call with more is denied.
    public var maxScannedBytes = ArgumentScanner.defaultMaxBytes
    /// How far the detectors may go with what the server sends, where the policy doesn't say.
    public var resultMode = ResultMode.detect
    public var limits = JSONLimits()
    /// What `within` looks at in a policy.
    public var files: (any FileSystemView)?

    public init(server: ServerName, context: Context) {
      self.server = server
      self.context = context
    }
  }

  public let options: Options
  public private(set) var policy: Policy
  /// What every call gets instead of the policy's decision; nil for nothing.
  private var obstacle: Decision?

  let monotonicNanoseconds: @Sendable () -> UInt64
  var inFlight = RequestsInFlight()
  var denied = RecentIDs()
  var catalog = ToolCatalog()
  var resultScanner: ResultScanner
  private var announcements = ListAnnouncements()

  /// - Parameter monotonicNanoseconds: a clock that never goes back.
  public init(
    options: Options, policy: Policy, monotonicNanoseconds: @escaping @Sendable () -> UInt64
  ) {
    self.options = options
    self.policy = policy
    resultScanner = ResultScanner(policy.scanner)
    self.monotonicNanoseconds = monotonicNanoseconds
  }

  /// Requests that the host still waits for.
  public var requestsInFlight: Int { inFlight[.host].count }

  /// Judges by another policy from the next line on; what is in flight stays as it was judged.
  ///
  /// - Returns: how to tell the host that its lists may not be what they were.
  public mutating func enforce(_ policy: Policy, obstacle: Decision?) -> [Effect] {
    self.policy = policy
    self.obstacle = obstacle
    resultScanner = ResultScanner(policy.scanner)
    return announcements.lines().map { .send($0, to: .host) }
  }

  // MARK: Lines

  public mutating func receive(_ line: LineFramer.Line, from sender: Peer) -> Step {
    if line.isBlank { return Step() }
    let message: Message
    do {
      message = try Message(parsing: line.content, limits: options.limits)
    } catch {
      return refuse(line, from: sender, error)
    }
    switch message.shape {
    case .request(let id, let method):
      return receiveRequest(message, id: id, method: method, line, from: sender)
    case .notification(let method):
      return receiveNotification(message, method: method, line, from: sender)
    case .response(let id, let result):
      return receiveAnswer(message, to: id, result: result, line, from: sender)
    case .errorResponse(let id, let error):
      return receiveAnswer(message, to: id, error: error, line, from: sender)
    }
  }

  /// A line that was longer than the limit and is gone.
  public func receiveTooLong(bytes: Int, from sender: Peer) -> Step {
    let error = MessageError(.tooLong(limit: options.limits.maxBytes), at: options.limits.maxBytes)
    return refusal(of: nil, from: sender, reason: error.description, offset: error.offset, bytes: bytes, sample: [])
  }

  /// What to do instead of the step's effects, since its record can't be written.
  ///
  /// A call that would have gone to the server is denied; everything else is past deciding and goes on.
  public mutating func unrecorded(_ step: Step, because reason: String) -> [Effect] {
    let report = Effect.report("the audit record can't be written: \(reason)")
    guard case .decision(let judged)? = step.record, step.effects.contains(where: \.isForward) else {
      return [report] + step.effects
    }
    _ = inFlight[.host].take(judged.call.id)
    denied.insert(judged.call.id)
    let decision = Decision.auditUnavailable(reason: reason, instead: judged.decision)
    return [
      report,
      .send(
        Reply.denial(
          of: judged.call, decision, evaluationTime: judged.evaluationTime, asError: options.deniesAsError),
        to: .host),
    ]
  }

  // MARK: Requests

  private mutating func receiveRequest(
    _ message: Message, id: RequestID, method: JSONDocument.Node, _ line: LineFramer.Line, from sender: Peer
  ) -> Step {
    if inFlight[sender].contains(id) {
      // Unanswered: the answer would be taken for the one to the request in flight.
      return refusal(
        of: nil, from: sender, reason: "the id of a request that is still in flight", offset: 0,
        bytes: line.bytes.count, sample: line.content)
    }
    if inFlight[sender].isFull {
      inFlight[sender].dropCancelled()
      guard !inFlight[sender].isFull else {
        return refusal(
          of: id, from: sender, reason: "more than \(PendingRequests.limit) requests in flight", offset: 0,
          bytes: line.bytes.count, sample: line.content)
      }
    }
    if sender == .host {
      if message.document.string(method, equals: "tools/call") {
        return receiveToolCall(message, id: id, line)
      }
      if isToolCallLookAlike(method, in: message.document) {
        return refusal(
          of: id, from: sender, reason: "a method that some servers take for `tools/call`",
          offset: message.document.range(of: method).lowerBound, bytes: line.bytes.count, sample: line.content)
      }
    }
    let kind = Self.kind(of: method, in: message.document)
    inFlight[sender].insert(PendingRequests.Entry(id: id, kind: kind, sentAt: monotonicNanoseconds()))
    return Step(.forward)
  }

  private static func kind(of method: JSONDocument.Node, in document: JSONDocument) -> PendingRequests.Entry.Kind {
    let name = document.string(method) ?? []
    let known = PendingRequests.Entry.Directory.allCases.first { name.elementsEqual($0.rawValue.utf8) }
    return known.map { .directory($0) } ?? .other(method: name)
  }

  private mutating func receiveToolCall(_ message: Message, id: RequestID, _ line: LineFramer.Line) -> Step {
    let call: ToolCall
    do {
      call = try ToolCall(id: id, params: message.params, in: message.document)
    } catch {
      return refusal(
        of: id, from: .host, reason: error.reason, offset: error.offset, bytes: line.bytes.count,
        sample: line.content)
    }
    let started = monotonicNanoseconds()
    let judgement = policy.judge(
      Call(
        server: options.server.bytes, tool: call.name, arguments: call.arguments.map { (message.document, $0) },
        context: options.context, schema: catalog.schema(of: call.name), files: options.files),
      obstacle: obstacle, encoded: options.encodedArguments, maxBytes: options.maxScannedBytes,
      maskedState: options.observes ? .notApplied : .applied)
    let finished = monotonicNanoseconds()
    let judged = SessionRecord.JudgedCall(
      call: call, document: message.document, decision: judgement.decision, dataLoss: judgement.dataLoss,
      sensitiveKeys: judgement.sensitiveKeys, evaluationTime: finished &- started, isObserved: options.observes)

    if judged.isBlocked {
      denied.insert(id)
      let reply = Reply.denial(
        of: call, judged.decision, evaluationTime: judged.evaluationTime, asError: options.deniesAsError)
      return Step(record: .decision(judged), .send(reply, to: .host))
    }
    inFlight[.host].insert(PendingRequests.Entry(id: id, kind: .toolCall(call.summary), sentAt: finished))
    let edits = options.observes ? [] : judged.dataLoss.edits
    return Step(record: .decision(judged), edits.isEmpty ? .forward : .forwardEdited(edits))
  }

  private func isToolCallLookAlike(_ method: JSONDocument.Node, in document: JSONDocument) -> Bool {
    LookAlike.isLookAlike(document.string(method) ?? [], of: "tools/call")
  }

  // MARK: Notifications

  private mutating func receiveNotification(
    _ message: Message, method: JSONDocument.Node, _ line: LineFramer.Line, from sender: Peer
  ) -> Step {
    let document = message.document
    guard sender == .host else {
      if let id = cancelledID(message, method: method) { inFlight[.server].cancel(id) }
      if document.string(method, equals: "notifications/subscriptions/acknowledged"), let params = message.params {
        announcements.acknowledge(params, in: document)
      }
      return passNotification(message, method: method, line)
    }
    if document.string(method, equals: "tools/call") || isToolCallLookAlike(method, in: document) {
      return refusal(
        of: nil, from: sender, reason: "a tool call without an id", offset: document.range(of: method).lowerBound,
        bytes: line.bytes.count, sample: line.content)
    }
    if let id = cancelledID(message, method: method) {
      // The server never saw the request, so it must not hear of its end.
      if denied.contains(id), !inFlight[.host].contains(id) { return Step() }
      inFlight[.host].cancel(id)
      announcements.close(id)
    }
    if document.string(method, equals: "notifications/initialized") { announcements.initialized() }
    return Step(.forward)
  }

  private func cancelledID(_ message: Message, method: JSONDocument.Node) -> RequestID? {
    guard message.document.string(method, equals: "notifications/cancelled"), let params = message.params,
      let id = message.document.member("requestId", of: params)
    else { return nil }
    return RequestID(id, in: message.document)
  }

  // MARK: Answers

  private mutating func receiveAnswer(
    _ message: Message, to id: RequestID, result: JSONDocument.Node? = nil, error: JSONDocument.Node? = nil,
    _ line: LineFramer.Line, from sender: Peer
  ) -> Step {
    guard let request = inFlight[sender.other].take(id) else {
      return refusal(
        of: nil, from: sender, reason: "the answer to a request that is not in flight", offset: 0,
        bytes: line.bytes.count, sample: line.content)
    }
    guard sender == .server else { return Step(.forward) }
    if let result, case .directory(let directory) = request.kind {
      switch directory {
      case .toolList: catalog.learn(from: result, in: message.document)
      case .initialize: announcements.learn(fromInitialize: result, in: message.document)
      default: break
      }
    }
    announcements.close(request.id)
    return passAnswer(message, to: request, result: result, error: error, line)
  }

  // MARK: Refusals

  /// Refuses a line that is no message; whoever waits for an answer to it gets one where the id is beyond doubt.
  private mutating func refuse(_ line: LineFramer.Line, from sender: Peer, _ error: MessageError) -> Step {
    // What was in flight under such an id stays so: only a first use of it is answered.
    let answerable = error.answerable.filter { !inFlight[sender].contains($0) }
    var step = refusal(
      of: nil, from: sender, reason: error.description, offset: error.offset, bytes: line.bytes.count,
      sample: line.content, id: answerable.first ?? error.answered)
    for id in answerable {
      let message = Self.refusalMessage(error.description)
      step.effects.append(
        .send(Reply.refusal(of: id, code: Reply.invalidRequestCode, message: message), to: sender))
    }
    if sender == .server, let id = error.answered, let request = inFlight[.host].take(id) {
      let message = "Refused by czproxy: the server's answer is malformed: \(error.description)."
      step.effects.append(
        .send(Reply.refusal(of: request.id, code: Reply.internalErrorCode, message: message), to: .host))
    }
    return step
  }

  func refusal(
    of answered: RequestID?, from sender: Peer, reason: String, offset: Int, bytes: Int,
    sample: ArraySlice<UInt8>, id: RequestID? = nil
  ) -> Step {
    var step = Step(
      record: .refusal(
        .init(from: sender, reason: reason, offset: offset, bytes: bytes, id: answered ?? id)))
    // What a server prints by mistake is for the person who runs it; what a host sends may hold secrets.
    let shown = sender == .server && !sample.isEmpty ? ": `\(DisplayText.escaped(sample, limit: 200))`" : ""
    step.effects.append(.report("refused a line of \(bytes) bytes from the \(sender.rawValue): \(reason)\(shown)"))
    if let answered {
      let message = Self.refusalMessage(reason)
      step.effects.append(
        .send(Reply.refusal(of: answered, code: Reply.invalidRequestCode, message: message), to: sender))
    }
    return step
  }

  private static func refusalMessage(_ reason: String) -> String {
    "Refused by czproxy: \(reason). Nothing was executed."
  }
}
