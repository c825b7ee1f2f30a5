import Policy
import Wire

/// The params of `sampling/createMessage` (MCP, "Sampling"), as a request to a model.
struct SamplingRequest {
  private(set) var llmRequest = LLMRequest()

  init(_ params: JSONDocument.Node?, in document: JSONDocument) {
    guard let params else { return }
    var request = LLMRequest()
    func names(in list: JSONDocument.Node) -> [[UInt8]] {
      document.elements(of: list).flatMap { document.values(takenFor: "name", of: $0) }.compactMap {
        document.string($0)
      }
    }
    /// Every `text` within some content, including those of a tool's result and of a resource.
    func texts(in node: JSONDocument.Node) -> [[UInt8]] {
      if document.kind(of: node) == .array { return document.elements(of: node).flatMap(texts) }
      let own = document.values(takenFor: "text", of: node).compactMap { document.string($0) }
      return own + document.members(of: node).flatMap { texts(in: $0.value) }
    }
    request.modelHints = document.values(takenFor: "modelPreferences", of: params).flatMap {
      document.values(takenFor: "hints", of: $0)
    }.flatMap(names)
    request.model = request.modelHints.first ?? []
    request.estimatedTokens = document.values(takenFor: "maxTokens", of: params).compactMap {
      Self.count($0, in: document)
    }.max()
    request.functions = document.values(takenFor: "tools", of: params).flatMap(names)
    let messages =
      document.values(takenFor: "systemPrompt", of: params).compactMap { document.string($0) }
      + document.values(takenFor: "messages", of: params).flatMap { document.elements(of: $0).map { $0 } }
      .flatMap { document.values(takenFor: "content", of: $0) }.flatMap(texts)
    request.messages = Array(messages.joined(separator: [UInt8(ascii: "\n")]))
    llmRequest = request
  }

  /// A number however it is written; one that is too large becomes the largest. Nil for anything else.
  private static func count(_ node: JSONDocument.Node, in document: JSONDocument) -> Int64? {
    guard document.kind(of: node) == .integer || document.kind(of: node) == .number else { return nil }
    let digits = String(decoding: document.raw(node), as: UTF8.self)
    guard let number = Double(digits) else { return nil }
    return Int64(digits) ?? Int64(exactly: number.rounded(.up)) ?? (number < 0 ? .min : .max)
  }
}
