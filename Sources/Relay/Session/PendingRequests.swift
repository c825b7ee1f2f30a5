import Wire

/// Requests that went one way and have not been answered: an answer must belong to one of them.
///
/// Bounded in number and in bytes: a request over a limit is refused rather than forgotten.
struct PendingRequests: Sendable {
  struct Entry: Sendable {
    /// What the request was, as far as its answer needs it.
    enum Kind: Sendable {
      case toolCall(GovernedRequest.Summary)
      /// A question about a task that a tool call began: the tool's answer may come with it.
      case task(GovernedRequest.Summary, method: [UInt8])
      /// What begins a connection, and lists of what the server has: none of it is data.
      case directory(Directory)
      case other(method: [UInt8])
    }

    enum Directory: CaseIterable, Sendable {
      case ping, initialize, discover, toolList, resourceList, templateList, promptList, listen

      var method: StaticString {
        switch self {
        case .ping: "ping"
        case .initialize: "initialize"
        case .discover: "server/discover"
        case .toolList: "tools/list"
        case .resourceList: "resources/list"
        case .templateList: "resources/templates/list"
        case .promptList: "prompts/list"
        case .listen: "subscriptions/listen"
        }
      }
    }

    let id: RequestID
    let kind: Kind
    /// Monotonic, in nanoseconds.
    let sentAt: UInt64
    var isCancelled = false

    /// The bytes that its sender chose: its id, as a value and as text, and its name.
    var byteCount: Int {
      let name =
        switch kind {
        case .toolCall(let call): call.name.count
        case .task(let call, let method): call.name.count + method.count
        case .directory: 0
        case .other(let method): method.count
        }
      return 2 * id.json.count + name
    }
  }

  /// The maximum number of requests in flight in one direction.
  static let limit = 65_536

  /// When their ids and names reach this many bytes in total, no further request is accepted.
  static let maxBytes = 32 << 20

  private var entries: [RequestID: Entry] = [:]
  /// The cancelled ones: without this set, all entries would be searched for them with each request too many.
  private var cancelled: Set<RequestID> = []
  private(set) var byteCount = 0

  var isFull: Bool { entries.count >= Self.limit || byteCount >= Self.maxBytes }
  var count: Int { entries.count }

  /// Whether there is a request that is neither cancelled nor a stream of notifications, whose answer is its end.
  var isAnswerAwaited: Bool {
    entries.values.contains { entry in
      if case .directory(.listen) = entry.kind { return false }
      return !entry.isCancelled
    }
  }

  func contains(_ id: RequestID) -> Bool { entries[id] != nil }

  /// Whether this is a stream of notifications that somebody still listens to.
  func isStream(_ id: RequestID) -> Bool {
    guard let entry = entries[id], case .directory(.listen) = entry.kind else { return false }
    return !entry.isCancelled
  }

  mutating func insert(_ entry: Entry) {
    byteCount += entry.byteCount
    guard let old = entries.updateValue(entry, forKey: entry.id) else { return }
    byteCount -= old.byteCount
    if old.isCancelled { cancelled.remove(entry.id) }
  }

  mutating func cancel(_ id: RequestID) {
    guard let entry = entries[id], !entry.isCancelled else { return }
    entries[id]?.isCancelled = true
    // In the spelling that is counted, not in that of the cancellation.
    cancelled.insert(entry.id)
  }

  /// Removes and returns the request that an answer belongs to; nil if there is none, or if it was answered before.
  mutating func take(_ id: RequestID) -> Entry? {
    guard let entry = entries.removeValue(forKey: id) else { return nil }
    byteCount -= entry.byteCount
    if entry.isCancelled { cancelled.remove(id) }
    return entry
  }

  /// The same, also for an answer whose id has the other type: hosts of the official SDKs take "5" for 5. Every reader
  /// takes it for the answer to that request, or to none, as long as no other request has exactly that id.
  mutating func take(answeredBy id: RequestID) -> Entry? {
    take(id) ?? id.inOtherType.flatMap { take($0) }
  }

  /// Forgets cancelled requests, which may never be answered, to make room.
  mutating func dropCancelled() {
    let dropped = cancelled
    for id in dropped { _ = take(id) }
  }
}

/// The requests in flight in both directions, each under the peer that sent it.
struct RequestsInFlight: Sendable {
  private var fromHost = PendingRequests()
  private var fromServer = PendingRequests()

  subscript(sender: Peer) -> PendingRequests {
    get { sender == .host ? fromHost : fromServer }
    // In place: a table that is returned and stored again would be copied for each request.
    _modify {
      if sender == .host { yield &fromHost } else { yield &fromServer }
    }
  }
}
