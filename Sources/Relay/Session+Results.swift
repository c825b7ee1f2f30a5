import DataLoss
import Policy
import Wire

/// What the server sends is scanned before the host sees it: answers, errors, notifications.
extension Session {
  mutating func passAnswer(
    _ message: Message, to request: PendingRequests.Entry, result: JSONDocument.Node?, error: JSONDocument.Node?,
    _ line: LineFramer.Line
  ) -> Step {
    let document = message.document
    switch request.kind {
    case .toolCall(let call):
      let scan = scan(result ?? error, in: document, of: call.name, mayRetype: !catalog.hasOutputSchema(call.name))
      let outcome = SessionRecord.Outcome(
        id: request.id, tool: call.name, duration: monotonicNanoseconds() &- request.sentAt, bytes: line.bytes.count,
        ending: Self.ending(result: result, error: error, in: document), dataLoss: scan)
      return Step(record: .outcome(outcome), effect(of: scan) { Reply.withheld(call, id: request.id, because: $0) })
    case .directory:
      guard let error else { return Step(.forward) }
      return pass(error, in: document, method: Array("error".utf8), id: request.id, line)
    case .other(let method):
      return pass(result ?? error, in: document, method: method, id: request.id, line)
    }
  }

  /// A notification that is withheld is dropped.
  func passNotification(_ message: Message, method: JSONDocument.Node, _ line: LineFramer.Line) -> Step {
    guard let params = message.params else { return Step(.forward) }
    return pass(params, in: message.document, method: message.document.string(method) ?? [], id: nil, line)
  }

  private func pass(
    _ node: JSONDocument.Node?, in document: JSONDocument, method: [UInt8], id: RequestID?, _ line: LineFramer.Line
  ) -> Step {
    let scan = scan(node, in: document, of: method)
    guard !scan.findings.isEmpty || scan.denial != nil else { return Step(.forward) }
    let observation = SessionRecord.Observation(method: method, id: id, dataLoss: scan, bytes: line.bytes.count)
    guard let id else {
      // Nobody waits for it.
      var step = Step(record: .observation(observation))
      if scan.denial == nil { step.effects.append(scan.edits.isEmpty ? .forward : .forwardEdited(scan.edits)) }
      return step
    }
    return Step(
      record: .observation(observation), effect(of: scan) { Reply.withheld(id: id, because: $0) })
  }

  /// - Parameter name: the tool, or the method, as the policy's modes name it behind the server.
  private func scan(
    _ node: JSONDocument.Node?, in document: JSONDocument, of name: [UInt8], mayRetype: Bool = true
  ) -> ScanOutcome {
    var mode = policy.resultMode(for: options.server.bytes + [UInt8(ascii: ":")] + name) ?? options.resultMode
    if options.observes, mode != .off { mode = .detect }
    return resultScanner.scan(node.map { [$0] } ?? [], in: document, mode: mode, mayRetype: mayRetype)
  }

  private func effect(of scan: ScanOutcome, _ reply: (String) -> [UInt8]) -> Effect {
    if let denial = scan.denial { return .send(reply(denial), to: .host) }
    return scan.edits.isEmpty ? .forward : .forwardEdited(scan.edits)
  }

  private static func ending(
    result: JSONDocument.Node?, error: JSONDocument.Node?, in document: JSONDocument
  ) -> SessionRecord.Outcome.Ending {
    if let result {
      return .result(isError: document.member("isError", of: result).map { document.kind(of: $0) == .true } ?? false)
    }
    let code = error.flatMap { document.member("code", of: $0) }
    return .error(code: code.flatMap { Int(String(decoding: document.raw($0), as: UTF8.self)) })
  }
}
