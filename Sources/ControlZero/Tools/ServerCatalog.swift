internal import MCPHost
internal import Platform
internal import Wire

/// What a server says about its tools, as far as a decision needs it (MCP, "Tools: Listing Tools").
struct ServerCatalog: Sendable {
  /// The most bytes of all schemas together, and the most pages; nothing is known of a tool beyond them.
  private static let maxBytes = 8 << 20
  private static let maxPages = 64

  /// The result of asking a server.
  struct Reading: Sendable {
    let catalog: ServerCatalog
    /// Whether the server answered every request for a page.
    let isComplete: Bool
  }

  /// ``MCPServer/toolsVersion`` from before the server was asked; if it has changed since, the catalog is out of date.
  let version: Int
  private var schemas: [[UInt8]: JSONDocument] = [:]
  private var structured: Set<[UInt8]> = []
  private var bytes = 0
  private var pages = 0

  init(version: Int) {
    self.version = version
  }

  /// The tool's `inputSchema`; nil if it is not known.
  func schema(of tool: [UInt8]) -> (JSONDocument, JSONDocument.Node)? {
    schemas[tool].map { ($0, $0.root) }
  }

  /// Whether the tool declares a schema for its structured results.
  func hasOutputSchema(_ tool: [UInt8]) -> Bool { structured.contains(tool) }

  /// Takes in a page, and returns the cursor of the next one.
  mutating func take(_ page: MCPAnswer) -> [UInt8]? {
    let document = page.document
    pages += 1
    for tool in document.member("tools", of: page.result).map({ Array(document.elements(of: $0)) }) ?? [] {
      guard let name = document.string("name", of: tool) else { continue }
      if document.member("outputSchema", of: tool) != nil { structured.insert(name) }
      guard let schema = document.member("inputSchema", of: tool), document.kind(of: schema) == .object,
        bytes + document.raw(schema).count <= Self.maxBytes,
        let copy = try? JSONDocument(parsing: Array(document.raw(schema))[...])
      else { continue }
      bytes += copy.bytes.count
      schemas[name] = copy
    }
    guard pages < Self.maxPages else { return nil }
    return document.string("nextCursor", of: page.result)
  }
}

extension MCPServer {
  /// Asks for all tools; a server that offers no list has none.
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
          writer.string("cursor", bytes: cursor)
        },
        completion: { [weak self] result in
          var catalog = known
          switch result {
          case .success(let page):
            guard let next = catalog.take(page), let self else {
              return completion(ServerCatalog.Reading(catalog: catalog, isComplete: true))
            }
            self.readCatalog(catalog, after: next, until: deadline, pending, completion: completion)
          case .failure(.rpc):
            completion(ServerCatalog.Reading(catalog: catalog, isComplete: true))
          case .failure:
            completion(ServerCatalog.Reading(catalog: catalog, isComplete: false))
          }
        }))
  }
}
