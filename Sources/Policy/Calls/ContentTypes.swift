import Wire

/// The media types of what an answer holds (MCP, "Tools: tool results", "Resources: contents", "Prompts").
enum ContentTypes {
  /// The first that a rule does not permit; nil where it permits all of them.
  static func refused(by rule: ResultRule, in result: JSONDocument.Node, of document: JSONDocument) -> [UInt8]? {
    guard rule.contentTypes != nil else { return nil }
    if document.member("structuredContent", of: result) != nil {
      let json = Array("application/json".utf8)
      if !rule.permits(contentType: json) { return json }
    }
    var blocks: [JSONDocument.Node] = []
    for key in ["content", "contents"] as [StaticString] {
      if let list = document.member(key, of: result) { blocks += elements(list, document) }
    }
    if let messages = document.member("messages", of: result) {
      for message in document.elements(of: messages) {
        if let content = document.member("content", of: message) { blocks += elements(content, document) }
      }
    }
    return blocks.map { type(of: $0, in: document) }.first { !rule.permits(contentType: $0) }
  }

  /// Of a list; a value by itself is one that has it alone.
  private static func elements(_ node: JSONDocument.Node, _ document: JSONDocument) -> [JSONDocument.Node] {
    document.kind(of: node) == .array ? Array(document.elements(of: node)) : [node]
  }

  /// Of a content block, or of the contents of a resource. What says nothing of itself is bytes.
  private static func type(of block: JSONDocument.Node, in document: JSONDocument) -> [UInt8] {
    let inner = document.member("resource", of: block) ?? block
    if let type = document.member("mimeType", of: inner).flatMap({ document.string($0) }), !type.isEmpty { return type }
    return Array((document.member("text", of: inner) != nil ? "text/plain" : "application/octet-stream").utf8)
  }
}
