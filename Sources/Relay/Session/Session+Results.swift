import DataLoss
import Policy
import Wire

/// What the server sends is examined before the host sees it: answers, errors, notifications.
extension Session {
  mutating func receiveAnswer(
    _ message: Message, to id: RequestID, result: JSONDocument.Node? = nil, error: JSONDocument.Node? = nil,
    _ line: LineFramer.Line, from sender: Peer
  ) -> Step {
    guard let request = inFlight[sender.other].take(answeredBy: id) else {
      return refusal(
        of: nil, from: sender, reason: "the answer to a request that is not in flight", offset: 0,
        bytes: line.bytes.count, sample: line.content)
    }
    guard sender == .server else {
      return request.isCancelled ? Step() : passHostAnswer(message, to: request, result ?? error, line)
    }
    announcements.close(request.id)
    if request.isCancelled { return dropped(request, line) }
    switch request.kind {
    case .directory(let directory):
      if let result { return passList(directory, result, in: message.document, to: request, line) }
      return pass(error, in: message.document, of: directory.method.bytes, to: request, line)
    case .other(let method):
      return pass(result ?? error, in: message.document, of: method, to: request, line)
    case .toolCall(let call):
      if let result { tasks.learn(from: result, of: call, in: message.document) }
      return passOutput(result, error, of: call, in: message.document, to: request, line)
    case .task(let call, let method):
      // Only this method is answered with what the tool itself would have answered.
      guard method.elementsEqual("tasks/result".utf8) else {
        return pass(
          result ?? error, in: message.document, of: call.name, to: request, line,
          mayRetype: !catalog.hasOutputSchema(call.name))
      }
      return passOutput(result, error, of: call, in: message.document, to: request, line)
    }
  }

  /// Nobody waits for the answer to a request that was cancelled.
  private func dropped(_ request: PendingRequests.Entry, _ line: LineFramer.Line) -> Step {
    guard case .toolCall(let call) = request.kind else { return Step() }
    return Step(record: .outcome(outcome(of: call, request, line, .late, ScanOutcome.skipped(.policyDenied), nil)))
  }

  /// What the host answers a server's request with is on its way out, like the arguments of a call.
  private func passHostAnswer(
    _ message: Message, to request: PendingRequests.Entry, _ answer: JSONDocument.Node?, _ line: LineFramer.Line
  ) -> Step {
    guard let answer, case .other(let method) = request.kind else { return Step(.forward) }
    let scan = outgoing(answer, in: message.document)
    guard !options.observes, scan.denial != nil || !scan.edits.isEmpty else { return Step(.forward) }
    let withholding = scan.denial.map { Withholding(code: .dataLoss, reason: $0) }
    let record = SessionRecord.Observation(
      method: method, id: request.id, dataLoss: scan, withholding: withholding, bytes: line.bytes.count)
    guard let withholding else { return Step(record: .observation(record), .forwardEdited(scan.edits)) }
    return Step(record: .observation(record), .send(Reply.withheld(id: request.id, withholding), to: .server))
  }

  /// Scans something that goes to the server and is not subject to a policy.
  func outgoing(_ node: JSONDocument.Node, in document: JSONDocument) -> ScanOutcome {
    var scanner = ArgumentScanner(policy.scanner)
    scanner.encoded = options.encodedArguments
    scanner.maxBytes = options.maxScannedBytes
    return scanner.scan((document, node))
  }

  // MARK: Tools

  private func passOutput(
    _ result: JSONDocument.Node?, _ error: JSONDocument.Node?, of call: GovernedRequest.Summary,
    in document: JSONDocument, to request: PendingRequests.Entry, _ line: LineFramer.Line
  ) -> Step {
    let questions = judgedQuestions(in: result ?? error, of: document, askedBy: request.id)
    let scan = scan(result ?? error, in: document, of: call.name, mayRetype: !catalog.hasOutputSchema(call.name))
    let withholding = withholding(result ?? error, in: document, of: call.name, line, scan)
    let outcome = outcome(
      of: call, request, line, Self.ending(result: result, error: error, in: document), scan, withholding)
    return step(questions, .outcome(outcome), scan, withholding, to: request.id, of: call)
  }

  private func outcome(
    of call: GovernedRequest.Summary, _ request: PendingRequests.Entry, _ line: LineFramer.Line,
    _ ending: SessionRecord.Outcome.Ending, _ scan: ScanOutcome, _ withholding: Withholding?
  ) -> SessionRecord.Outcome {
    SessionRecord.Outcome(
      id: request.id, tool: call.name, duration: monotonicNanoseconds() &- request.sentAt, bytes: line.bytes.count,
      ending: ending, dataLoss: scan, withholding: withholding)
  }

  private static func ending(
    result: JSONDocument.Node?, error: JSONDocument.Node?, in document: JSONDocument
  ) -> SessionRecord.Outcome.Ending {
    if let result {
      return .result(isError: document.isTrue("isError", of: result))
    }
    let code = error.flatMap { document.member("code", of: $0) }
    return .error(code: code.flatMap { Int(String(decoding: document.raw($0), as: UTF8.self)) })
  }

  // MARK: Everything else

  /// - Parameter name: the tool or the method, as it follows the server in the policy's rules for answers.
  func pass(
    _ node: JSONDocument.Node?, in document: JSONDocument, of name: [UInt8], to request: PendingRequests.Entry,
    _ line: LineFramer.Line, mayRetype: Bool = true
  ) -> Step {
    let questions = judgedQuestions(in: node, of: document, askedBy: request.id)
    let scan = scan(node, in: document, of: name, mayRetype: mayRetype)
    let withholding = withholding(node, in: document, of: name, line, scan)
    var record: SessionRecord?
    if !scan.findings.isEmpty || withholding != nil {
      record = .observation(
        .init(method: name, id: request.id, dataLoss: scan, withholding: withholding, bytes: line.bytes.count))
    }
    return step(questions, record, scan, withholding, to: request.id, of: nil)
  }

  /// A notification that is withheld is dropped.
  func passNotification(_ message: Message, method: [UInt8], _ line: LineFramer.Line) -> Step {
    let (params, document) = (message.params, message.document)
    let task = tasks.call(named: params, in: document)
    let name = task?.name ?? method
    let questions = judgedQuestions(in: params, of: document, askedBy: RequestID(integer: 0))
    let scan = scan(params, in: document, asked: method, as: name)
    let withholding =
      task == nil
      ? scan.denial.map { Withholding(code: .dataLoss, reason: $0) }
        ?? hiddenQuestion(params, in: document).map { Withholding(code: .lookAlike, reason: $0) }
      : withholding(params, in: document, of: name, line, scan)
    var step = Step()
    step.records = questions.map { .decision($0) }
    // A question whose decision can't be recorded does not get through.
    if !questions.isEmpty { step.instead = Step.Instead(request: nil) { _ in [] } }
    if !scan.findings.isEmpty || withholding != nil {
      step.records.append(
        .observation(.init(method: method, id: nil, dataLoss: scan, withholding: withholding, bytes: line.bytes.count)))
    }
    if withholding == nil, !questions.contains(where: \.isBlocked) { step.effects.append(.forward(scan.edits)) }
    return step
  }

  /// - Parameter call: the call that was answered; nil for a method.
  private func step(
    _ questions: [SessionRecord.JudgedCall], _ record: SessionRecord?, _ scan: ScanOutcome,
    _ withholding: Withholding?, to id: RequestID, of call: GovernedRequest.Summary?
  ) -> Step {
    var step = Step()
    step.records = questions.map { .decision($0) } + (record.map { [$0] } ?? [])
    let asError = options.deniesAsError
    func denial(_ decision: Decision) -> Effect {
      .send(Reply.denial(ofAnswerTo: call, id: id, decision, asError: asError), to: .host)
    }
    if let refused = questions.first(where: \.isBlocked) {
      step.effects = [denial(refused.decision)]
    } else if let withholding {
      step.effects = [
        .send(call.map { Reply.withheld($0, id: id, withholding) } ?? Reply.withheld(id: id, withholding), to: .host)
      ]
    } else {
      step.effects = [.forward(scan.edits)]
      if let first = questions.first {
        let decision = first.decision
        step.instead = Step.Instead(request: nil) { reason in
          [
            .send(
              Reply.denial(
                ofAnswerTo: call, id: id, .auditUnavailable(reason: reason, instead: decision), asError: asError),
              to: .host)
          ]
        }
      }
    }
    return step
  }

  // MARK: Rules

  /// - Parameter name: the tool, or the method.
  func scan(
    _ node: JSONDocument.Node?, named names: [JSONDocument.Node] = [], in document: JSONDocument, of name: [UInt8],
    mayRetype: Bool = true
  ) -> ScanOutcome {
    var mode = policy.resultRule(for: subject(of: name)).dataLoss ?? options.resultMode
    if options.observes, mode != .off { mode = .detect }
    return resultScanner.scan(
      node.map { [$0] } ?? [], named: names, in: document, mode: mode, mayRetype: mayRetype)
  }

  private func withholding(
    _ node: JSONDocument.Node?, in document: JSONDocument, of name: [UInt8], _ line: LineFramer.Line,
    _ scan: ScanOutcome
  ) -> Withholding? {
    if let denial = scan.denial { return Withholding(code: .dataLoss, reason: denial) }
    if let reason = hiddenQuestion(node, in: document) { return Withholding(code: .lookAlike, reason: reason) }
    guard !options.observes else { return nil }
    let rule = policy.resultRule(for: subject(of: name))
    // The output of a task is inside its description, and may be all that a host looks at.
    let output = node.flatMap { document.member("result", of: $0) }
    return rule.withholding(node, in: document, bytes: line.bytes.count)
      ?? output.flatMap { rule.withholding($0, in: document, bytes: line.bytes.count) }
  }
}
