import DataLoss
import Policy
import Wire

/// Requests, in both directions: those that the policy governs are judged, the others pass deliberately.
extension Session {
  mutating func receiveRequest(
    _ message: Message, id: RequestID, method: JSONDocument.Node, _ line: LineFramer.Line, from sender: Peer
  ) -> Step {
    let name = message.document.string(method) ?? []
    do throws(Inadmissible) {
      let role = try admit(name, id: id, at: message.document.range(of: method).lowerBound, from: sender)
      return try pass(name, as: role, id: id, message, from: sender)
    } catch {
      return refusal(
        of: error.isAnswered ? id : nil, code: error.code, from: sender, reason: error.reason, offset: error.offset,
        bytes: line.bytes.count, sample: line.content)
    }
  }

  /// A request that goes no further, and why.
  private struct Inadmissible: Error {
    let reason: String
    var code = Reply.invalidRequestCode
    var offset = 0
    var isAnswered = true
  }

  /// Checks what is known before anything but id and method is examined.
  private mutating func admit(
    _ name: [UInt8], id: RequestID, at offset: Int, from sender: Peer
  ) throws(Inadmissible) -> MethodRole {
    if inFlight[sender].contains(id) {
      // Not answered: the answer would be taken for the one to the request in flight.
      throw Inadmissible(reason: "the id of a request that is still in flight", isAnswered: false)
    }
    if inFlight[sender].isFull {
      inFlight[sender].dropCancelled()
      guard !inFlight[sender].isFull else { throw Inadmissible(reason: "too many requests in flight") }
    }
    if let odd = name.first(where: { !(0x21...0x7e).contains($0) }) {
      // Some reader may trim it, or take it for another character.
      throw Inadmissible(reason: "a method with a byte (\(odd)) that no method of MCP has", offset: offset)
    }
    let role = MethodRole(of: name, from: sender)
    if sender == .server, !hasHandshake, role != .free {
      throw Inadmissible(
        reason: "a request to a host that has not been introduced by `initialize` "
          + "(2026-07-28 has no requests from servers)")
    }
    guard role == .known || role == .unknown else { return role }
    if sender == .host ? Self.isGovernedOrLookAlike(name) : Self.isSamplingOrLookAlike(name) {
      throw Inadmissible(reason: "a method that some readers take for one that is judged", offset: offset)
    }
    if role == .unknown, options.isStrict {
      throw Inadmissible(
        reason: "a method that MCP does not know, and --strict-methods is on", code: Reply.methodNotFoundCode)
    }
    return role
  }

  private mutating func pass(
    _ name: [UInt8], as role: MethodRole, id: RequestID, _ message: Message, from sender: Peer
  ) throws(Inadmissible) -> Step {
    let (params, document) = (message.params, message.document)
    do throws(GovernedRequest.Malformed) {
      switch role {
      case .toolCall:
        return judge(try GovernedRequest(toolCall: id, params: params, in: document), message, from: sender)
      case .governed(let subject):
        return judge(
          try GovernedRequest(method: name, id: id, params: params, requiring: subject.key, in: document), message,
          from: sender)
      case .sampling:
        return judge(
          try GovernedRequest(method: name, id: id, params: params, requiring: nil, in: document), message,
          from: sender)
      case .directory(let directory): return try pass(directory, id: id, message)
      case .free where sender == .server: return passQuestion(message, method: name, id: id)
      case .free: return pass(.other(method: name), id: id, from: sender)
      case .known, .unknown: return try judgeIfNamed(name, id: id, message, from: sender)
      }
    } catch {
      throw Inadmissible(reason: error.reason, offset: error.offset)
    }
  }

  private mutating func pass(_ kind: PendingRequests.Entry.Kind, id: RequestID, from sender: Peer) -> Step {
    inFlight[sender].insert(PendingRequests.Entry(id: id, kind: kind, sentAt: monotonicNanoseconds()))
    return Step(.forward)
  }

  private mutating func pass(
    _ directory: PendingRequests.Entry.Directory, id: RequestID, _ message: Message
  ) throws(GovernedRequest.Malformed) -> Step {
    guard directory == .listen, let params = message.params else {
      return pass(.directory(directory), id: id, from: .host)
    }
    return try listen(to: try SubscriptionFilter(params, in: message.document), id: id)
  }

  /// A stream of notifications may also ask for updates of resources, as `resources/subscribe` did.
  private mutating func listen(
    to filter: SubscriptionFilter, id: RequestID
  ) throws(GovernedRequest.Malformed) -> Step {
    var records: [SessionRecord] = []
    var last: SessionRecord.JudgedCall?
    for params in filter.subscriptions {
      let request = GovernedRequest(nested: Array("resources/subscribe".utf8), id: id, params: params.root)
      var judged = judged(request, in: params, from: .host)
      if !options.observes { judged.denyMasked() }
      if judged.isBlocked { return denied(judged) }
      records.append(.decision(judged))
      last = judged
    }
    var step = pass(.directory(.listen), id: id, from: .host)
    step.records = records
    if let last {
      step.instead = Step.Instead(request: (id, .host)) { reason in
        let decision = Decision.auditUnavailable(reason: reason, instead: last.decision)
        return [.send(Reply.denial(of: last, decision, asError: true), to: .host)]
      }
    }
    return step
  }

  // MARK: Judging

  private mutating func judge(_ request: GovernedRequest, _ message: Message, from sender: Peer) -> Step {
    let document = message.document
    // The schema is parsed when it is first needed.
    if request.isToolCall { catalog.parseSchema(of: request.name) }
    let uri = request.isToolCall ? nil : message.params.flatMap { document.string("uri", of: $0) }
    let judged = judged(request, in: document, from: sender, uri: uri)
    return step(for: judged, kind: request.isToolCall ? .toolCall(request.summary) : .other(method: request.method))
  }

  /// A method that no rule names passes.
  private mutating func judgeIfNamed(
    _ method: [UInt8], id: RequestID, _ message: Message, from sender: Peer
  ) throws(GovernedRequest.Malformed) -> Step {
    let document = message.document
    let kind: PendingRequests.Entry.Kind
    if let call = tasks.call(named: message.params, in: document) {
      kind = .task(call.ofTaskResult, method: method)
    } else {
      kind = .other(method: method)
    }
    if policy.namesMethods {
      let request = try GovernedRequest(
        method: method, id: id, params: message.params, requiring: nil, in: document)
      if let judged = judgedIfNamed(request, in: document, from: sender) { return step(for: judged, kind: kind) }
    }
    if sender == .server { return passQuestion(message, method: method, id: id) }
    // A method that no policy judges must not carry out of the host what a policy's rules mask or block.
    let scan = message.params.map { outgoing($0, in: document) }
    guard let scan, !options.observes, scan.denial != nil || !scan.edits.isEmpty else {
      return pass(kind, id: id, from: sender)
    }
    let request = try GovernedRequest(
      method: method, id: id, params: message.params, requiring: nil, in: document)
    var decision = Decision.passed
    if let denial = scan.denial { decision.denyForDataLoss(denial) }
    let judged = SessionRecord.JudgedCall(
      call: request, from: .host, document: document, decision: decision, dataLoss: scan, sensitiveKeys: [],
      evaluationTime: 0, isObserved: false)
    return step(for: judged, kind: kind)
  }

  private mutating func step(for judged: SessionRecord.JudgedCall, kind: PendingRequests.Entry.Kind) -> Step {
    if judged.isBlocked { return denied(judged) }
    let (id, sender) = (judged.call.id, judged.from)
    inFlight[sender].insert(PendingRequests.Entry(id: id, kind: kind, sentAt: monotonicNanoseconds()))
    var step = Step(record: .decision(judged), .forward(options.observes ? [] : judged.dataLoss.edits))
    let asError = options.deniesAsError
    step.instead = Step.Instead(request: (id, sender)) { reason in
      let decision = Decision.auditUnavailable(reason: reason, instead: judged.decision)
      return [.send(Reply.denial(of: judged, decision, asError: asError), to: sender)]
    }
    return step
  }

  mutating func denied(_ judged: SessionRecord.JudgedCall) -> Step {
    if judged.from == .host { denied.insert(judged.call.id) }
    return Step(
      record: .decision(judged),
      .send(Reply.denial(of: judged, judged.decision, asError: options.deniesAsError), to: judged.from))
  }

  /// Judges a request that the policy governs.
  func judged(
    _ request: GovernedRequest, in document: JSONDocument, from sender: Peer, uri: [UInt8]? = nil
  ) -> SessionRecord.JudgedCall {
    let started = monotonicNanoseconds()
    let arguments = request.arguments.map { (document, $0) }
    if sender == .server {
      let decision = obstacle ?? decisionOnSampling(request, in: document)
      return judgedQuestion(request, decision, in: document, since: started)
    }
    let call: Call
    var obstacle = obstacle
    if request.isToolCall {
      obstacle = obstacle ?? toolsLock?.denial(of: request.name)
      call = Call(
        server: options.server.bytes, tool: request.name, arguments: arguments, context: options.context,
        schema: catalog.schema(of: request.name), files: options.files)
    } else {
      let isRead = request.method.elementsEqual("resources/read".utf8)
      call = Call(
        server: options.server.bytes, method: request.method, arguments: arguments, uri: isRead ? uri : nil,
        context: options.context, files: options.files)
    }
    return judgedCall(request, call, decision: obstacle, in: document, since: started)
  }

  /// Judges a request by the rules that name its method; nil if none does.
  func judgedIfNamed(
    _ request: GovernedRequest, in document: JSONDocument, from sender: Peer
  ) -> SessionRecord.JudgedCall? {
    let started = monotonicNanoseconds()
    let call = Call(
      server: options.server.bytes, method: request.method, arguments: request.arguments.map { (document, $0) },
      context: options.context, files: options.files)
    guard let decision = policy.decideIfNamed(call) else { return nil }
    return sender == .host
      ? judgedCall(request, call, decision: decision, in: document, since: started)
      : judgedQuestion(request, decision, in: document, since: started)
  }

  private func judgedCall(
    _ request: GovernedRequest, _ call: Call, decision: Decision?, in document: JSONDocument, since started: UInt64
  ) -> SessionRecord.JudgedCall {
    let maskedState: Finding.MaskState = options.observes ? .notApplied : .applied
    var judgement = policy.judge(
      call, obstacle: decision, encoded: options.encodedArguments, maxBytes: options.maxScannedBytes,
      maskedState: maskedState)
    if let responses = request.inputResponses {
      judgement.scanFurther(
        (document, responses), by: policy, encoded: options.encodedArguments, maxBytes: options.maxScannedBytes,
        maskedState: maskedState)
    }
    return SessionRecord.JudgedCall(
      call: request, from: .host, document: document, decision: judgement.decision, dataLoss: judgement.dataLoss,
      sensitiveKeys: judgement.sensitiveKeys, evaluationTime: monotonicNanoseconds() &- started,
      isObserved: options.observes)
  }
}
