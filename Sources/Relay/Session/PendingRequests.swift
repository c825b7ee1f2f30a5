import Wire

/// Requests that went one way and have not been answered: what an answer must belong to.
///
/// Bounded in number and in bytes: a request over a limit is refused rather than forgotten.
struct PendingRequests: Sendable {
  struct Entry: Sendable {
    /// What the request was, as far as its answer needs it.
    enum Kind: Sendable {
      case toolCall(GovernedRequest.Summary)
      /// A question about a task that a tool call began: what the tool answers may come with it.
      case task(GovernedRequest.Summary, method: [UInt8])
      /// What begins a connection, and lists of what the server has: nothing of it is data.
      case directory(Directory)
      case other(method: [UInt8])
    }

    enum Directory: String, CaseIterable, Sendable {
      case toolList = "tools/list"
      case resourceList = "resources/list"
      case templateList = "resources/templates/list"
      case promptList = "prompts/list"
      case initialize
      case discover = "server/discover"
      case ping
      case listen = "subscriptions/listen"
    }

    let id: RequestID
    let kind: Kind
    /// Monotonic, in nanoseconds.
    let sentAt: UInt64
    var isCancelled = false

    /// Bytes of what its sender chose: its id, as a value and as text, and its name.
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

  /// Requests in flight in one direction.
  static let limit = 65_536

  /// Bytes of their ids and names together, from which on none is taken in.
  static let maxBytes = 32 << 20

  private var entries: [RequestID: Entry] = [:]
  private(set) var byteCount = 0

  var isFull: Bool { entries.count >= Self.limit || byteCount >= Self.maxBytes }
  var count: Int { entries.count }

  func contains(_ id: RequestID) -> Bool { entries[id] != nil }

  mutating func insert(_ entry: Entry) {
    byteCount += entry.byteCount - (entries.updateValue(entry, forKey: entry.id)?.byteCount ?? 0)
  }

  mutating func cancel(_ id: RequestID) {
    entries[id]?.isCancelled = true
  }

  /// Takes the request that an answer belongs to; nil when there is none, or when it was answered before.
  mutating func take(_ id: RequestID) -> Entry? {
    guard let entry = entries.removeValue(forKey: id) else { return nil }
    byteCount -= entry.byteCount
    return entry
  }

  /// Forgets cancelled requests, which may never be answered, to make room.
  mutating func dropCancelled() {
    entries = entries.filter { !$0.value.isCancelled }
    byteCount = entries.values.reduce(0) { $0 + $1.byteCount }
  }
}

/// The requests in flight in both directions, each under the peer that sent it.
struct RequestsInFlight: Sendable {
  private var fromHost = PendingRequests()
  private var fromServer = PendingRequests()

  subscript(sender: Peer) -> PendingRequests {
    get { sender == .host ? fromHost : fromServer }
    // In place: a table that is handed out and put back would be copied for each request.
    _modify {
      if sender == .host { yield &fromHost } else { yield &fromServer }
    }
  }
}
