import Wire

/// What the server's lists said about its tools, as far as a decision needs it (MCP, "Tools: Listing Tools").
///
/// Bounded: nothing is known about a tool without room here, and its arguments are then judged in every reading.
struct ToolCatalog: Sendable {
  /// The maximum bytes of all schemas together.
  static let maxBytes = 8 << 20
  static let maxTools = 8192
  private static let maxName = 1024

  /// Parsed when it is first needed: of a long list, few tools are called.
  private enum Schema {
    case text([UInt8])
    case parsed(JSONDocument)

    var byteCount: Int {
      switch self {
      case .text(let text): text.count
      case .parsed(let document): document.bytes.count
      }
    }
  }

  private var schemas: [[UInt8]: Schema] = [:]
  /// Tools whose results also have a schema.
  private var structured: Set<[UInt8]> = []
  private var bytes = 0

  init() {}

  var toolCount: Int { max(schemas.count, structured.count) }
  /// The bytes of all schemas together.
  var byteCount: Int { bytes }

  /// Learns from one page of a `tools/list` result, which replaces what was known about its tools.
  mutating func learn(from result: JSONDocument.Node, in document: JSONDocument) {
    guard let tools = document.member("tools", of: result) else { return }
    for tool in document.elements(of: tools) {
      guard let name = document.string("name", of: tool) else { continue }
      forget(name)
      if document.member("outputSchema", of: tool) != nil, structured.count < Self.maxTools, name.count <= Self.maxName
      {
        structured.insert(name)
      }
      guard let schema = document.member("inputSchema", of: tool), document.kind(of: schema) == .object else {
        continue
      }
      let text = document.raw(schema)
      guard bytes + text.count <= Self.maxBytes, schemas.count < Self.maxTools, name.count <= Self.maxName else {
        continue
      }
      bytes += text.count
      schemas[name] = .text(Array(text))
    }
  }

  /// The tool's `inputSchema`; nil if it is not known, or not parsed yet.
  func schema(of tool: [UInt8]) -> (JSONDocument, JSONDocument.Node)? {
    guard case .parsed(let document)? = schemas[tool] else { return nil }
    return (document, document.root)
  }

  /// Parses the tool's `inputSchema`, if it is known and not parsed yet.
  mutating func parseSchema(of tool: [UInt8]) {
    guard case .text(let text)? = schemas[tool] else { return }
    // The text comes from a message that was read by the same rules; only its depth can differ, and is less.
    if let document = try? JSONDocument(parsing: text[...]) {
      schemas[tool] = .parsed(document)
    } else {
      forget(tool)
    }
  }

  /// Whether the server said that the tool's structured results follow a schema.
  func hasOutputSchema(_ tool: [UInt8]) -> Bool { structured.contains(tool) }

  private mutating func forget(_ tool: [UInt8]) {
    structured.remove(tool)
    bytes -= schemas.removeValue(forKey: tool)?.byteCount ?? 0
  }
}
