public import DataLoss
public import Policy
public import Wire

/// One host talking to one server: what passes, what is judged, what is answered (MCP, both protocol eras).
///
/// A state machine without descriptors: lines go in, ``Step``s come out. It determines the era and the meaning of
/// each request from the request alone, and holds what is in flight and what the server has said of its tools.
public struct Session: Sendable {
  /// What a session is told once.
  public struct Options: Sendable {
    public var server: ServerName
    public var context: Context
    /// Denied calls get a JSON-RPC error instead of a tool result.
    public var deniesAsError = false
    /// Denials are recorded, and the calls pass.
    public var observes = false
    /// Entries that the policy denies outright are removed from lists.
    public var hidesDenied = true
    /// Methods and notifications that are not the protocol's are refused.
    public var isStrict = false
    /// What happens to arguments whose key says that they are encoded.
    public var encodedArguments = ArgumentScanner.Encoded.deny
    /// The maximum bytes of text in a call's arguments to scan; a call with more is denied.
    public var maxScannedBytes = ArgumentScanner.defaultMaxBytes
    /// How far the detectors may go with what the server sends, unless the policy says.
    public var resultMode = ResultMode.detect
    public var limits = JSONLimits()
    /// The file system that `within` examines.
    public var files: (any FileSystemView)?

    public init(server: ServerName, context: Context) {
      self.server = server
      self.context = context
    }
  }

  public private(set) var options: Options
  public private(set) var policy: Policy
  /// The decision that every call gets instead of the policy's; nil for none.
  private(set) var obstacle: Decision?

  let monotonicNanoseconds: @Sendable () -> UInt64
  var inFlight = RequestsInFlight()
  var denied = RecentIDs()
  var catalog = ToolCatalog()
  /// What a person has accepted of the server; nil for anything.
  var toolsLock: ToolsLock?
  var tasks = TaskTable()
  var announcements = ListAnnouncements()
  private(set) var resultScanner: ResultScanner
  /// Whether host and server agreed on a version by `initialize`: only then may the server ask anything of the host.
  var hasHandshake = false

  /// - Parameters:
  ///   - obstacle: what every call gets instead of the policy's decision; nil for nothing.
  ///   - toolsLock: the tools that may be seen and called as far as the policy allows; nil for all.
  ///   - monotonicNanoseconds: a clock that never goes back.
  public init(
    options: Options, policy: Policy, obstacle: Decision? = nil, toolsLock: ToolsLock? = nil,
    monotonicNanoseconds: @escaping @Sendable () -> UInt64
  ) {
    self.options = options
    self.policy = policy
    self.obstacle = obstacle
    self.toolsLock = toolsLock
    resultScanner = ResultScanner(policy.scanner)
    self.monotonicNanoseconds = monotonicNanoseconds
  }

  /// The number of requests that the host still waits for.
  public var requestsInFlight: Int { inFlight[.host].count }

  /// Whether the host waits for an answer of the server, and not just for notifications.
  public var owesHostAnAnswer: Bool { inFlight[.host].isAnswerAwaited }

  /// Judges by another policy from the next line on; requests in flight stay as they were judged.
  ///
  /// - Parameter projectID: that of a bundle; nobody can name another one then.
  /// - Returns: what tells the host that its lists may have changed.
  public mutating func enforce(_ policy: Policy, obstacle: Decision?, projectID: String? = nil) -> [Effect] {
    self.policy = policy
    self.obstacle = obstacle
    if let projectID { options.context.projectID = projectID }
    resultScanner = ResultScanner(policy.scanner)
    return announcements.lines().map { .send($0, to: .host) }
  }

  /// `server:name`, as policies name it.
  func subject(of name: [UInt8]) -> [UInt8] { options.server.bytes + [UInt8(ascii: ":")] + name }

  // MARK: Lines

  public mutating func receive(_ line: LineFramer.Line, from sender: Peer) -> Step {
    if line.isBlank { return Step() }
    let message: Message
    do {
      message = try Message(parsing: line.content, limits: options.limits)
    } catch {
      return refuse(line.content, bytes: line.bytes.count, from: sender, error)
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

  /// Handles a line that was longer than the limit and is gone.
  public mutating func receive(_ line: OverlongLine, from sender: Peer) -> Step {
    refuse([], bytes: line.bytes, from: sender, MessageError(line, limit: options.limits.maxBytes))
  }

  /// What to do instead of a step's effects, because a record of it can't be written.
  ///
  /// What would have passed after a decision is denied; everything else is past deciding and happens.
  public mutating func unrecorded(_ step: Step, because reason: String) -> [Effect] {
    let report = Effect.report("the audit record can't be written: \(reason)")
    guard let instead = step.instead else { return [report] + step.effects }
    if let (id, sender) = instead.request {
      _ = inFlight[sender].take(id)
      if sender == .host { denied.insert(id) }
    }
    return [report] + instead.effects(reason)
  }

  // MARK: Notifications

  private mutating func receiveNotification(
    _ message: Message, method: JSONDocument.Node, _ line: LineFramer.Line, from sender: Peer
  ) -> Step {
    let document = message.document
    let name = document.string(method) ?? []
    func refused(_ reason: String) -> Step {
      refusal(
        of: nil, from: sender, reason: reason, offset: document.range(of: method).lowerBound, bytes: line.bytes.count,
        sample: line.content)
    }
    if sender == .host ? Self.isGovernedOrLookAlike(name) : Self.isSamplingOrLookAlike(name) {
      return refused("a request that is to be judged, without an id")
    }
    if options.isStrict, !MethodRole.isKnownNotification(name, from: sender) {
      return refused("a notification that MCP does not know, and --strict-methods is on")
    }
    let cancelled = cancelledID(message, method: method)
    if sender == .server {
      if let cancelled { inFlight[.server].cancel(cancelled) }
      // The id of a stream that the host did not open is the server's, and may be anything.
      if name.elementsEqual("notifications/subscriptions/acknowledged".utf8), let params = message.params,
        let stream = ListAnnouncements.stream(of: params, in: document), inFlight[.host].isStream(stream)
      {
        announcements.acknowledge(stream, params, in: document)
      }
      return passNotification(message, method: name, line)
    }
    if let cancelled {
      // The server never saw the request, so it must not hear of its end.
      if denied.contains(cancelled), !inFlight[.host].contains(cancelled) { return Step() }
      inFlight[.host].cancel(cancelled)
      announcements.close(cancelled)
    }
    if name.elementsEqual("notifications/initialized".utf8) { announcements.initialized() }
    return Step(.forward)
  }

  /// Whether a method is judged, or is taken for a judged one by some server.
  static func isGovernedOrLookAlike(_ method: [UInt8]) -> Bool {
    MethodRole.governed.contains { $0.hasBytes(method.span) || LookAlike.isLookAlike(method[...], of: $0) }
  }

  /// The same for the one method of the server that is judged whatever the policy says.
  static func isSamplingOrLookAlike(_ method: [UInt8]) -> Bool {
    let sampling: StaticString = "sampling/createMessage"
    return sampling.hasBytes(method.span) || LookAlike.isLookAlike(method[...], of: sampling)
  }

  private func cancelledID(_ message: Message, method: JSONDocument.Node) -> RequestID? {
    guard message.document.string(method, equals: "notifications/cancelled"), let params = message.params,
      let id = message.document.member("requestId", of: params)
    else { return nil }
    return RequestID(id, in: message.document)
  }

  // MARK: Refusals

  /// Refuses a line that is not a message; a peer that waits for an answer gets one if the id is beyond doubt.
  private mutating func refuse(
    _ content: ArraySlice<UInt8>, bytes: Int, from sender: Peer, _ error: MessageError
  ) -> Step {
    // What was in flight under such an id stays in flight: only a first use of an id is answered.
    let answerable = error.answerable.filter { !inFlight[sender].contains($0) }
    var step = refusal(
      of: nil, from: sender, reason: error.description, offset: error.offset, bytes: bytes, sample: content,
      id: answerable.first ?? error.answered)
    for id in answerable {
      let message = Self.refusalMessage(error.description)
      step.effects.append(
        .send(Reply.refusal(of: id, code: Reply.invalidRequestCode, message: message), to: sender))
    }
    if let id = error.answered, let request = inFlight[sender.other].take(answeredBy: id) {
      if sender == .server { announcements.close(request.id) }
      // Nobody waits for the answer any more, whatever it is.
      if request.isCancelled { return step }
      let message = "Refused by czproxy: the \(sender.rawValue)'s answer can't be passed on: \(error.description)."
      step.effects.append(
        .send(Reply.refusal(of: request.id, code: Reply.internalErrorCode, message: message), to: sender.other))
    }
    return step
  }

  /// - Parameters:
  ///   - answered: the request that gets an error, if somebody waits for it.
  ///   - code: the code of that error.
  func refusal(
    of answered: RequestID?, code: Int = Reply.invalidRequestCode, from sender: Peer, reason: String, offset: Int,
    bytes: Int, sample: ArraySlice<UInt8>, id: RequestID? = nil
  ) -> Step {
    var step = Step(
      record: .refusal(
        .init(from: sender, reason: reason, offset: offset, bytes: bytes, id: answered ?? id)))
    // What a server prints by mistake is for the person who runs it; what a host sends may contain secrets.
    let shown = sender == .server && !sample.isEmpty ? ": `\(DisplayText.escaped(sample, limit: 200))`" : ""
    step.effects.append(.report("refused a line of \(bytes) bytes from the \(sender.rawValue): \(reason)\(shown)"))
    if let answered {
      step.effects.append(
        .send(Reply.refusal(of: answered, code: code, message: Self.refusalMessage(reason)), to: sender))
    }
    return step
  }

  private static func refusalMessage(_ reason: String) -> String {
    "Refused by czproxy: \(reason). Nothing was executed."
  }
}
