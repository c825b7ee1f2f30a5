internal import Wire

/// What `czproxy sync` did last, for `czproxy status` and the relay: `<state>/sync-state.json`.
public struct SyncState: Sendable, Equatable {
  /// Where the policy that is in force came from.
  public enum Source: String, Sendable {
    /// The service sent or confirmed it at the last pull.
    case service
    /// The last pull failed; what was cached is used.
    case cache
    /// There is no policy.
    case none
  }

  public struct Failure: Sendable, Equatable {
    /// UNIX seconds.
    public var at: Int64
    public var message: String

    public init(at: Int64, message: String) {
      self.at = at
      self.message = message
    }
  }

  /// The state of the delivery of records to one receiver.
  public struct Delivery: Sendable, Equatable {
    /// Records that wait to be delivered.
    public var queue = 0
    /// Records that this process delivered, and those that it set aside.
    public var delivered = 0
    public var refused = 0
    /// UNIX seconds of the last delivery.
    public var lastAt: Int64?
    /// Whether shipping has stopped until the key changes.
    public var isStopped = false

    public init() {}
  }

  /// The ``APIKey/scope`` of the key in use; empty if there is none.
  public var scope = ""
  public var baseURL = ""
  public var processID: Int32 = 0
  public var startedAt: Int64 = 0
  public var source = Source.none
  /// UNIX seconds: the last pull, whatever came of it; and when the service last sent or confirmed the policy.
  public var pulledAt: Int64?
  public var confirmedAt: Int64?
  /// When a receiver answered last, by its own clock: UNIX seconds.
  public var answeredAt: Int64?
  public var lastFailure: Failure?
  public var service: Delivery?
  public var telemetry: Delivery?

  public init() {}

  /// Reads the file; nil if it is missing or can't be understood.
  public init?(stateDirectory: String) throws(StateError) {
    guard
      let bytes = try StateFile.read(
        CacheLayout.syncState(in: stateDirectory), limit: CacheLayout.maxSmallFileBytes),
      let document = try? JSONDocument(parsing: bytes[...], options: .document)
    else { return nil }
    scope = document.shown("scope") ?? ""
    baseURL = document.shown("base_url") ?? ""
    processID = document.integer("pid").flatMap { Int32(exactly: $0) } ?? 0
    startedAt = document.time("started_at") ?? 0
    source = document.text("source").flatMap { Source(rawValue: $0) } ?? .none
    pulledAt = document.time("pulled_at")
    confirmedAt = document.time("confirmed_at")
    answeredAt = document.time("answered_at")
    if let node = document.object("last_error") {
      lastFailure = Failure(
        at: document.time("at", of: node) ?? 0, message: document.shown("message", of: node) ?? "")
    }
    service = document.object("service").map { Delivery(document, $0) }
    telemetry = document.object("otlp").map { Delivery(document, $0) }
  }

  package var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.string("scope", scope)
    writer.string("base_url", baseURL)
    writer.integer("pid", processID)
    writer.integer("started_at", startedAt)
    writer.string("source", source.rawValue)
    if let pulledAt { writer.integer("pulled_at", pulledAt) }
    if let confirmedAt { writer.integer("confirmed_at", confirmedAt) }
    if let answeredAt { writer.integer("answered_at", answeredAt) }
    if let lastFailure {
      writer.beginObject("last_error")
      writer.integer("at", lastFailure.at)
      writer.string("message", lastFailure.message)
      writer.endObject()
    }
    service?.write("service", to: &writer)
    telemetry?.write("otlp", to: &writer)
    writer.endObject()
    return writer.bytes
  }
}

extension SyncState.Delivery {
  fileprivate init(_ document: JSONDocument, _ node: JSONDocument.Node) {
    func count(_ key: StaticString) -> Int { Int(max(document.integer(key, of: node) ?? 0, 0)) }
    queue = count("queue")
    delivered = count("delivered")
    refused = count("refused")
    lastAt = document.time("last_at", of: node)
    isStopped = document.isTrue("stopped", of: node)
  }

  fileprivate func write(_ key: StaticString, to writer: inout JSONWriter) {
    writer.beginObject(key)
    writer.integer("queue", queue)
    writer.integer("delivered", delivered)
    writer.integer("refused", refused)
    if let lastAt { writer.integer("last_at", lastAt) }
    writer.boolean("stopped", isStopped)
    writer.endObject()
  }
}
