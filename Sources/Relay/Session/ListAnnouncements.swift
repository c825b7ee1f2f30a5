import Wire

/// Whom to tell that a list has changed, and how (MCP: `list_changed` to 2025-11-25; `subscriptions/listen` of
/// 2026-07-28). Nobody is told about a list whose changes the server does not announce itself.
struct ListAnnouncements: Sendable {
  enum List: String, CaseIterable, Sendable {
    case tools, prompts, resources

    /// The member of a `subscriptions/listen` filter.
    var filter: [UInt8] { Array("\(rawValue)ListChanged".utf8) }
  }

  /// The maximum number of remembered streams; further ones are not told.
  static let limit = 256

  private var advertised: Set<List> = []
  private var isInitialized = false
  private var streams: [RequestID: Set<List>] = [:]

  var streamCount: Int { streams.count }

  /// Learns what the server said about itself in its answer to `initialize`.
  mutating func learn(fromInitialize result: JSONDocument.Node, in document: JSONDocument) {
    guard let capabilities = document.member("capabilities", of: result) else { return }
    advertised = Set(
      List.allCases.filter { list in
        document.member(named: Array(list.rawValue.utf8), of: capabilities)
          .map { document.isTrue("listChanged", of: $0) } ?? false
      })
  }

  /// The host is ready to be told.
  mutating func initialized() { isInitialized = true }

  /// The stream that a notification of the server belongs to.
  static func stream(of params: JSONDocument.Node, in document: JSONDocument) -> RequestID? {
    document.member("_meta", of: params)
      .flatMap { document.member("io.modelcontextprotocol/subscriptionId", of: $0) }
      .flatMap { RequestID($0, in: document) }
  }

  /// Learns from a notification of the server which lists a stream will be told about.
  mutating func acknowledge(_ id: RequestID, _ params: JSONDocument.Node, in document: JSONDocument) {
    guard let filter = document.member("notifications", of: params), id.json.count <= 1024,
      streams.count < Self.limit || streams[id] != nil
    else { return }
    streams[id] = Set(
      List.allCases.filter { list in
        document.member(named: list.filter, of: filter).map { document.kind(of: $0) == .true } ?? false
      })
  }

  /// Forgets a stream that was answered or cancelled.
  mutating func close(_ id: RequestID) { streams[id] = nil }

  /// The lines that tell the host, each with its LF.
  func lines() -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for list in List.allCases {
      if isInitialized, advertised.contains(list) { lines.append(line(list, stream: nil)) }
      for (id, lists) in streams where lists.contains(list) { lines.append(line(list, stream: id)) }
    }
    return lines
  }

  private func line(_ list: List, stream: RequestID?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.string("jsonrpc", "2.0")
    writer.string("method", "notifications/\(list.rawValue)/list_changed")
    if let stream {
      writer.beginObject("params")
      writer.beginObject("_meta")
      writer.raw("io.modelcontextprotocol/subscriptionId", stream.json)
      writer.endObject()
      writer.endObject()
    }
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}
