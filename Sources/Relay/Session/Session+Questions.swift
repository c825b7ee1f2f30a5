import DataLoss
import Policy
import Wire

/// What a server asks of its host: as a request (to 2025-11-25), or within an answer (2026-07-28).
extension Session {
  /// A request to the host's model is judged under its own name, and also as `llm:generate`.
  func decisionOnSampling(_ request: GovernedRequest, in document: JSONDocument) -> Decision {
    let call = Call(
      server: options.server.bytes, method: request.method, arguments: request.arguments.map { (document, $0) },
      context: options.context, files: options.files)
    let model = SamplingRequest(request.arguments, in: document).llmRequest
    return policy.decide(call, alsoAs: model.call(context: options.context))
  }

  /// The judgment of a question, whose text is scanned like everything that a server sends.
  func judgedQuestion(
    _ request: GovernedRequest, _ decision: Decision, in document: JSONDocument, since started: UInt64
  ) -> SessionRecord.JudgedCall {
    var decision = decision
    var dataLoss = ScanOutcome.skipped(.policyDenied)
    if decision.effect != .deny {
      dataLoss = scan(request.arguments, in: document, asked: request.method)
      if let denial = dataLoss.denial { decision.denyForDataLoss(denial) }
    }
    return record(of: request, decision, dataLoss, in: document, since: started)
  }

  private func record(
    of request: GovernedRequest, _ decision: Decision, _ dataLoss: ScanOutcome, in document: JSONDocument,
    since started: UInt64
  ) -> SessionRecord.JudgedCall {
    SessionRecord.JudgedCall(
      call: request, from: .server, document: document, decision: decision, dataLoss: dataLoss,
      sensitiveKeys: request.arguments.map { resultScanner.sensitiveKeys(of: $0, in: document) } ?? [],
      evaluationTime: monotonicNanoseconds() &- started, isObserved: options.observes)
  }

  /// Passes a question that no rule names.
  mutating func passQuestion(_ message: Message, method: [UInt8], id: RequestID) -> Step {
    let started = monotonicNanoseconds()
    let scan = scan(message.params, in: message.document, asked: method)
    if let denial = scan.denial {
      let request = GovernedRequest(nested: method, id: id, params: message.params)
      var decision = Decision.passed
      decision.denyForDataLoss(denial)
      return denied(record(of: request, decision, scan, in: message.document, since: started))
    }
    inFlight[.server].insert(
      PendingRequests.Entry(id: id, kind: .other(method: method), sentAt: monotonicNanoseconds()))
    guard !scan.findings.isEmpty else { return Step(.forward) }
    return Step(
      record: .observation(.init(method: method, id: id, dataLoss: scan, withholding: nil, bytes: 0)),
      .forward(scan.edits))
  }

  /// Scans a request or a notification of the server: its params, and what can only be refused as a whole, its id and a
  /// method of its own.
  ///
  /// - Parameter name: what follows the server in the policy's rules for answers; by default the method.
  func scan(
    _ params: JSONDocument.Node?, in document: JSONDocument, asked method: [UInt8], as name: [UInt8]? = nil
  ) -> ScanOutcome {
    let id = document.member("id", of: document.root)
    let isKnown =
      id == nil
      ? MethodRole.isKnownNotification(method, from: .server) : MethodRole(of: method, from: .server) != .unknown
    let names = [id, isKnown ? nil : document.member("method", of: document.root)]
    return scan(params, named: names.compactMap { $0 }, in: document, of: name ?? method)
  }

  /// What an answer asks for: `inputRequests` of a result (2026-07-28), and the elicitations that an error with the code
  /// -32042 wants first (2025-11-25).
  private static func questions(
    in node: JSONDocument.Node, of document: JSONDocument
  ) -> [(method: [UInt8], params: JSONDocument.Node?)] {
    func object(_ node: JSONDocument.Node?) -> JSONDocument.Node? {
      node.flatMap { document.kind(of: $0) == .object ? $0 : nil }
    }
    var questions: [(method: [UInt8], params: JSONDocument.Node?)] = []
    if let asked = document.member("inputRequests", of: node) {
      questions += values(of: asked, in: document).map { question in
        let method = document.string("method", of: question) ?? []
        return (method, object(document.member("params", of: question)))
      }
    }
    if let wanted = document.member("data", of: node).flatMap({ document.member("elicitations", of: $0) }) {
      questions += document.elements(of: wanted).map { (Array("elicitation/create".utf8), object($0)) }
    }
    return questions
  }

  /// The values of an object's members, as in `inputRequests`, or the elements of a list, for hosts that take either.
  private static func values(of node: JSONDocument.Node, in document: JSONDocument) -> [JSONDocument.Node] {
    document.kind(of: node) == .array ? Array(document.elements(of: node)) : document.members(of: node).map(\.value)
  }

  /// Why some host may find one more question, or another, in an answer or a notification than czproxy; nil if none
  /// can.
  func hiddenQuestion(_ node: JSONDocument.Node?, in document: JSONDocument) -> String? {
    guard let node else { return nil }
    var questions: JSONDocument.Node?
    for (key, value) in document.members(of: node) {
      if document.string(key, equals: "inputRequests") { questions = value }
      if LookAlike.isLookAlike(document.text(key), of: Self.questionsKey) {
        return "it has a key that some hosts take for `inputRequests`"
      }
      if hidesElicitations(key, value, in: document) {
        return "it has a key that some hosts take for `data` or `elicitations`"
      }
    }
    guard let questions else { return nil }
    for question in Self.values(of: questions, in: document) {
      for (key, value) in document.members(of: question) {
        let name = document.text(key)
        if LookAlike.isLookAlike(name, of: "method") || LookAlike.isLookAlike(name, of: "params") {
          return "a question in it has a key that some hosts take for another one"
        }
        guard document.string(key, equals: "method"), let method = document.string(value) else { continue }
        if !method.allSatisfy({ (0x21...0x7e).contains($0) })
          || MethodRole.askedInAnswers.contains(where: { LookAlike.isLookAlike(method[...], of: $0) })
        {
          return "a question in it has a method that some hosts take for another one"
        }
      }
    }
    return nil
  }

  private static let questionsKey = Array("inputRequests".utf8)
  private static let dataKey = Array("data".utf8)

  /// Whether some host reads the elicitations of an error (-32042) in a member, and czproxy doesn't.
  private func hidesElicitations(
    _ key: JSONDocument.Node, _ value: JSONDocument.Node, in document: JSONDocument
  ) -> Bool {
    let isSpeltSo = document.string(key, equals: "data")
    guard isSpeltSo || LookAlike.isLookAlike(document.text(key), of: Self.dataKey) else { return false }
    return document.members(of: value).contains { member in
      LookAlike.isLookAlike(document.text(member.key), of: "elicitations")
        || (!isSpeltSo && document.string(member.key, equals: "elicitations"))
    }
  }

  /// The questions within an answer or a notification, each judged as the request that it stands for. Questions that no
  /// rule names are left out.
  func judgedQuestions(
    in node: JSONDocument.Node?, of document: JSONDocument, askedBy id: RequestID
  ) -> [SessionRecord.JudgedCall] {
    guard let node else { return [] }
    return Self.questions(in: node, of: document).compactMap { method, params in
      let request = GovernedRequest(nested: method, id: id, params: params)
      // Its text is scanned with the answer that contains it.
      let started = monotonicNanoseconds()
      let decision: Decision?
      if MethodRole(of: method, from: .server) == .sampling {
        decision = obstacle ?? decisionOnSampling(request, in: document)
      } else {
        decision = policy.decideIfNamed(
          Call(
            server: options.server.bytes, method: method, arguments: params.map { (document, $0) },
            context: options.context, files: options.files))
      }
      return decision.map { record(of: request, $0, .skipped(.policyDenied), in: document, since: started) }
    }
  }
}
