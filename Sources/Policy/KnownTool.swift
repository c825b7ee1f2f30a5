public import Wire

/// A tool that a server says it has.
public struct KnownTool: Sendable {
  public let name: [UInt8]
  let schema: ArgumentSchema?

  /// - Parameter schema: its `inputSchema`, where that is known.
  public init(name: [UInt8], schema: (document: JSONDocument, node: JSONDocument.Node)? = nil) {
    self.name = name
    self.schema = schema.map { ArgumentSchema(document: $0.document, root: $0.node) }
  }
}
