import DataLoss
import Policy
import Relay
import Wire

/// What must hold after each line, whatever was said before.
extension SessionModel {
  mutating func take(_ crossing: Crossing) {
    checkForm(crossing)
    if let forwarded = crossing.forwarded {
      guard let message = crossing.message else {
        fatalError("an invariant is broken: what is no message is passed on")
      }
      checkEdits(crossing, message, forwarded)
      check(crossing.isRecorded || crossing.decisions.isEmpty, "passed on, and its decision is not on record")
      switch message.shape {
      case .request(let id, let method): take(request: id, message.text(method), message, crossing)
      case .notification(let method): take(notification: message.text(method), message, crossing)
      case .response(let id, let result): take(answer: id, result: result, message, crossing)
      case .errorResponse(let id, _): take(answer: id, result: nil, message, crossing)
      }
    } else {
      drop(crossing)
    }
    for case .send(let line, let peer) in crossing.effects { take(reply: line, to: peer, crossing) }
  }

  // MARK: Form

  private func checkForm(_ crossing: Crossing) {
    var passes = 0
    for effect in crossing.effects {
      switch effect {
      case .forward, .forwardEdited: passes += 1
      case .send(let line, _):
        check(line.last == UInt8(ascii: "\n") && line.count { $0 == UInt8(ascii: "\n") } == 1, "not one line")
        check(line.count <= 8 * crossing.line.bytes.count + 4096, "an answer out of proportion")
      case .report(let text):
        check(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }, "a report that steers a terminal")
        check(!text.unicodeScalars.contains { (0x80...0x9f).contains($0.value) }, "a report that steers a terminal")
      }
    }
    check(passes <= 1, "a line that is passed on twice")
  }

  private func checkEdits(_ crossing: Crossing, _ message: Message, _ forwarded: [UInt8]) {
    guard !crossing.edits.isEmpty else { return }
    guard let payload = message.payload, let again = try? Message(parsing: forwarded[...]) else {
      fatalError("an invariant is broken: an edited line that is no message")
    }
    let range = message.document.range(of: payload)
    check(
      crossing.edits.allSatisfy { range.lowerBound <= $0.range.lowerBound && $0.range.upperBound <= range.upperBound },
      "an edit outside of what may be edited")
    check(again.document.count(of: again.document.root) == message.document.count(of: message.document.root), "members")
    switch (message.shape, again.shape) {
    case (.request(let id, let method), .request(let newID, let newMethod)):
      check(id.json == newID.json && message.text(method) == again.text(newMethod), "another request")
    case (.notification(let method), .notification(let newMethod)):
      check(message.text(method) == again.text(newMethod), "another notification")
    case (.response(let id, _), .response(let newID, _)), (.errorResponse(let id, _), .errorResponse(let newID, _)):
      check(id.json == newID.json, "an answer to another request")
    default: fatalError("an invariant is broken: an edited line of another kind")
    }
    if crossing.sender == .host { check(!options.observes, "observed, and changed") }
    check(crossing.isRecorded || crossing.sender == .server, "changed without a record")
  }

  // MARK: Requests and notifications

  /// The requests of a host that rules judge.
  private static let calls: Set<String> = ["tools/call", "resources/read", "resources/subscribe", "prompts/get"]

  private mutating func take(request id: RequestID, _ method: String, _ message: Message, _ crossing: Crossing) {
    let sender = crossing.sender
    check(waiting[sender]?[id] == nil, "two requests in flight under one id")
    waiting[sender, default: [:]][id] = Waiting(method: method)
    let governed = sender == .host ? Self.calls : ["sampling/createMessage"]
    if governed.contains(method) {
      check(crossing.isRecorded, "a judged request that is passed on without a record")
      check(!isQuarantined || options.observes, "a judged request in quarantine")
      guard crossing.decisions.count == 1, let judged = crossing.decisions.first else {
        fatalError("an invariant is broken: a judged request without a decision on record")
      }
      check(judged.call.id == id && judged.from == sender && !judged.isBlocked, "a decision about something else")
      let name =
        method == "tools/call"
        ? message.params.flatMap { message.document.member("name", of: $0) }.map { message.text($0) } : method
      check(name.map { judged.call.name.elementsEqual($0.utf8) } ?? false, "a decision about another name")
    }
    // No host has tools that its server could call.
    if !options.observes, sender == .host || !Self.calls.contains(method) {
      check(!world.denies(method, message.params, in: message.document), "a request that the policy denies")
    }
    if sender == .host, method == "subscriptions/listen" { checkSubscriptions(message, crossing) }
    if sender == .host, method == "tools/call" {
      checkSecrets(crossing)
      checkCall(of: message.params.flatMap { message.document.member("name", of: $0) }.map { message.text($0) } ?? "")
    }
  }

  private func checkSubscriptions(_ message: Message, _ crossing: Crossing) {
    let document = message.document
    let list = message.params.flatMap { document.member("notifications", of: $0) }
      .flatMap { document.member("resourceSubscriptions", of: $0) }
    let count = list.map { document.count(of: $0) } ?? 0
    check(crossing.decisions.count == count, "subscriptions without decisions on record")
    check(count == 0 || crossing.isRecorded, "subscriptions without a record")
    if count > 0, !options.observes {
      check(!isQuarantined && !world.denies("resources/subscribe", nil, in: document), "a subscription that is denied")
    }
  }

  private mutating func take(notification method: String, _ message: Message, _ crossing: Crossing) {
    if crossing.sender == .host {
      check(!Self.calls.contains(method), "a call without an id")
    } else {
      checkQuestions(in: message.params, message, crossing)
      let folded = LookAlike.folded(Array(method.utf8))
      check(!folded.elementsEqual("sampling/createmessage".utf8), "a question to the model that is a notification")
    }
    cancel(method, message, crossing)
  }

  /// The sender of a cancelled request no longer waits for its answer.
  private mutating func cancel(_ method: String, _ message: Message, _ crossing: Crossing) {
    guard method == "notifications/cancelled",
      let node = message.params.flatMap({ message.document.member("requestId", of: $0) }),
      let id = RequestID(node, in: message.document)
    else { return }
    waiting[crossing.sender]?[id]?.isCancelled = true
  }

  // MARK: Answers

  /// The id of the request that an answer is for: hosts take "5" for 5, where nothing else was asked as "5".
  private func asked(_ id: RequestID, by peer: Peer) -> RequestID {
    guard waiting[peer]?[id] == nil, let other = id.inOtherType, waiting[peer]?[other] != nil else { return id }
    return other
  }

  private mutating func take(
    answer id: RequestID, result: JSONDocument.Node?, _ message: Message, _ crossing: Crossing
  ) {
    let asked = asked(id, by: crossing.sender.other)
    guard let request = waiting[crossing.sender.other]?.removeValue(forKey: asked) else {
      fatalError("an invariant is broken: an answer that nobody waits for is passed on")
    }
    check(!request.isCancelled, "an answer to a request that was cancelled is passed on")
    guard crossing.sender == .server, let forwarded = crossing.forwarded else { return }
    if ["initialize", "server/discover"].contains(request.method),
      let answer = try? Message(parsing: forwarded[...]), case .response(_, let shown) = answer.shape
    {
      checkInstructions(in: shown, of: answer.document)
    }
    if request.method == "tools/list" {
      guard let list = try? Message(parsing: forwarded[...]), case .response(_, let shown) = list.shape else { return }
      checkTools(in: shown, of: list.document)
      guard options.hidesDenied, !options.observes, !isQuarantined,
        let tools = list.document.member("tools", of: shown)
      else { return }
      for tool in list.document.elements(of: tools) {
        guard let name = list.document.member("name", of: tool), list.document.kind(of: name) == .string else {
          continue
        }
        check(!world.hides(tool: list.text(name)), "a tool in a list that is denied whatever its arguments")
      }
    } else if !Self.directories.contains(request.method) {
      checkQuestions(in: result, message, crossing)
    }
  }

  /// Methods whose answers no host searches for questions.
  private static let directories: Set<String> = [
    "initialize", "server/discover", "ping", "subscriptions/listen", "resources/list", "resources/templates/list",
    "prompts/list",
  ]

  /// Checks that an answer or a notification of the server holds no question that the policy denies.
  private func checkQuestions(in node: JSONDocument.Node?, _ message: Message, _ crossing: Crossing) {
    let document = message.document
    guard !options.observes, let node else { return }
    // As the most lenient host reads it.
    func values(_ name: String, of node: JSONDocument.Node) -> [JSONDocument.Node] {
      document.members(of: node).filter { Self.folded($0.key, in: document) == name.lowercased() }.map(\.value)
    }
    for asked in values("inputRequests", of: node) {
      for (_, question) in document.members(of: asked) {
        for method in values("method", of: question) where document.kind(of: method) == .string {
          let params = document.member("params", of: question)
          check(!world.denies(message.text(method), params, in: document), "a question within an answer that is denied")
          check(
            !world.denies("sampling/createMessage", nil, in: document)
              || Self.folded(method, in: document) != "sampling/createmessage", "a question that looks like one")
        }
      }
    }
  }

  static func folded(_ text: JSONDocument.Node, in document: JSONDocument) -> String {
    String(decoding: LookAlike.folded(document.string(text) ?? []), as: UTF8.self)
  }

  // MARK: What is not passed on

  private mutating func drop(_ crossing: Crossing) {
    guard let message = crossing.message else {
      check(crossing.line.isBlank || !crossing.records.isEmpty, "a line that is refused without a record")
      return
    }
    switch message.shape {
    case .notification(let method):
      let isCancellation = crossing.sender == .host && message.text(method) == "notifications/cancelled"
      check(isCancellation || !crossing.records.isEmpty, "a notification that is dropped without a record")
    case .request:
      check(!crossing.records.isEmpty, "a request that is not passed on, without a record")
    case .response(let id, _), .errorResponse(let id, _):
      // Nobody is told about a cancelled request; for any other, the answer sent in place of this one is checked
      // elsewhere.
      let asked = asked(id, by: crossing.sender.other)
      if waiting[crossing.sender.other]?[asked]?.isCancelled ?? false {
        waiting[crossing.sender.other]?[asked] = nil
      } else {
        check(!crossing.records.isEmpty, "an answer that is dropped without a record")
      }
    }
  }

  /// Checks a line that the session itself sends: an answer to whoever has just asked, or one in place of an expected
  /// answer.
  private mutating func take(reply line: [UInt8], to peer: Peer, _ crossing: Crossing) {
    guard let reply = try? Message(parsing: line.dropLast()) else {
      fatalError("an invariant is broken: a line of our own that is no message")
    }
    let id: RequestID
    switch reply.shape {
    case .response(let answered, _), .errorResponse(let answered, _): id = answered
    default: fatalError("an invariant is broken: a line of our own that is no answer")
    }
    guard peer == crossing.sender else {
      check(waiting[peer]?.removeValue(forKey: id) != nil, "an answer in the place of none")
      return
    }
    check(waiting[peer]?[id] == nil, "a request that is in flight is answered here")
    check(crossing.line.content.contains(id.json), "an answer to what was not asked")
    check(crossing.forwarded == nil, "answered and passed on")
  }
}
