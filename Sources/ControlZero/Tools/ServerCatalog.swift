internal import MCPHost
internal import Platform
internal import Wire

/// What a server says about its tools, as far as a decision needs it (MCP, "Tools: Listing Tools").
struct ServerCatalog: Sendable {
  /// Bytes of all schemas together, and pages; of a tool beyond, nothing is known.
  private static let maxBytes = 8 << 20
  private static let maxPages = 64

  /// What came of asking.
  struct Reading: Sendable {
    let catalog: ServerCatalog
    /// Whether the server has said all that it has to say.
    let isWhole: Bool
  }

  /// What ``MCPServer/toolsVersion`` was before the server was asked: with another one, this is out of date.
  let version: Int
  private var schemas: [[UInt8]: JSONDocument] = [:]
  private var structured: Set<[UInt8]> = []
  private var bytes = 0
  private var pages = 0

  init(version: Int) {
    self.version = version
  }

  /// The tool's `inputSchema`; nil where it is not known.
  func schema(of tool: [UInt8]) -> (JSONDocument, JSONDocument.Node)? {
    schemas[tool].map { ($0, $0.root) }
  }

  /// Whether the tool's structured results keep to a schema.
  func hasOutputSchema(_ tool: [UInt8]) -> Bool { structured.contains(tool) }

  /// Takes a page, and gives the cursor of the next one.
  mutating func take(_ page: MCPAnswer) -> [UInt8]? {
    let document = page.document
    pages += 1
    for tool in document.member("tools", of: page.result).map({ Array(document.elements(of: $0)) }) ?? [] {
      guard let name = document.member("name", of: tool).flatMap({ document.string($0) }) else { continue }
      if document.member("outputSchema", of: tool) != nil { structured.insert(name) }
      guard let schema = document.member("inputSchema", of: tool), document.kind(of: schema) == .object,
        bytes + document.raw(schema).count <= Self.maxBytes,
        let copy = try? JSONDocument(parsing: Array(document.raw(schema))[...])
      else { continue }
      bytes += copy.bytes.count
      schemas[name] = copy
    }
    guard pages < Self.maxPages else { return nil }
    return document.member("nextCursor", of: page.result).flatMap { document.string($0) }
  }
}

extension MCPServer {
  /// Asks for all tools; one that offers no list has none.
  ///
  /// - Parameter deadline: monotonic, in nanoseconds; the time that starting the server takes does not count.
  func readCatalog(
    _ catalog: ServerCatalog? = nil, after cursor: [UInt8]? = nil, until deadline: UInt64,
    _ pending: Pending, completion: @escaping @Sendable (ServerCatalog.Reading) -> Void
  ) {
    let now = MonotonicClock.nanoseconds()
    let known = catalog ?? ServerCatalog(version: toolsVersion)
    pending.begin(
      request(
        "tools/list", timeout: deadline > now ? deadline - now : 0, watchesTools: true,
        params: { writer in
          guard let cursor else { return }
          writer.key("cursor")
          writer.string(bytes: cursor)
        },
        completion: { [weak self] result in
          var catalog = known
          switch result {
          case .success(let page):
            guard let next = catalog.take(page), let self else {
              return completion(ServerCatalog.Reading(catalog: catalog, isWhole: true))
            }
            self.readCatalog(catalog, after: next, until: deadline, pending, completion: completion)
          case .failure(.rpc):
            completion(ServerCatalog.Reading(catalog: catalog, isWhole: true))
          case .failure:
            completion(ServerCatalog.Reading(catalog: catalog, isWhole: false))
          }
        }))
  }
}
