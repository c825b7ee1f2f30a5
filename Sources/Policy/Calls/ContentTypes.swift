import Wire

/// The media types of an answer's contents (MCP, "Tools: tool results", "Resources: contents", "Prompts").
enum ContentTypes {
  /// The first type that a rule does not permit; nil if it permits all of them.
  static func refused(by rule: ResultRule, in result: JSONDocument.Node, of document: JSONDocument) -> [UInt8]? {
    guard rule.contentTypes != nil else { return nil }
    if !document.values(takenFor: "structuredContent", of: result).isEmpty {
      let json = Array("application/json".utf8)
      if !rule.permits(contentType: json) { return json }
    }
    var blocks: [JSONDocument.Node] = []
    for key in ["content", "contents"] as [StaticString] {
      for list in document.values(takenFor: key, of: result) { blocks += elements(list, document) }
    }
    for messages in document.values(takenFor: "messages", of: result) {
      for message in document.elements(of: messages) {
        for content in document.values(takenFor: "content", of: message) { blocks += elements(content, document) }
      }
    }
    for block in blocks {
      if let refused = types(of: block, in: document).first(where: { !rule.permits(contentType: $0) }) {
        return refused
      }
    }
    return nil
  }

  /// The elements of a list; any other value counts as a list of itself.
  private static func elements(_ node: JSONDocument.Node, _ document: JSONDocument) -> [JSONDocument.Node] {
    document.kind(of: node) == .array ? Array(document.elements(of: node)) : [node]
  }

  /// The types of a content block and of the resource in it, or of a resource's contents: a host shows either.
  private static func types(of block: JSONDocument.Node, in document: JSONDocument) -> [[UInt8]] {
    let resources = document.values(takenFor: "resource", of: block)
    let isShell = !resources.isEmpty && ownTypes(of: block, in: document).isEmpty && !holdsBytes(block, document)
    return ((isShell ? [] : [block]) + resources).flatMap { node in
      let own = ownTypes(of: node, in: document)
      return own.isEmpty ? [impliedType(of: node, document)] : own
    }
  }

  private static func ownTypes(of node: JSONDocument.Node, in document: JSONDocument) -> [[UInt8]] {
    document.values(takenFor: "mimeType", of: node).compactMap { document.string($0) }.filter { !$0.isEmpty }
  }

  /// A node without a type counts as bytes unless it holds only text.
  private static func impliedType(of node: JSONDocument.Node, _ document: JSONDocument) -> [UInt8] {
    let isText = document.member("text", of: node) != nil && !holdsBytes(node, document)
    return Array((isText ? "text/plain" : "application/octet-stream").utf8)
  }

  private static func holdsBytes(_ node: JSONDocument.Node, _ document: JSONDocument) -> Bool {
    !document.values(takenFor: "data", of: node).isEmpty || !document.values(takenFor: "blob", of: node).isEmpty
  }
}
