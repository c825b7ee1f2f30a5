import Policy
import Wire

/// The params of `sampling/createMessage` (MCP, "Sampling"), as a request to a model.
struct SamplingRequest {
  private(set) var llmRequest = LLMRequest()

  init(_ params: JSONDocument.Node?, in document: JSONDocument) {
    guard let params else { return }
    var request = LLMRequest()
    func texts(_ list: JSONDocument.Node?, _ key: StaticString) -> [[UInt8]] {
      guard let list else { return [] }
      return document.elements(of: list).compactMap { document.member(key, of: $0).flatMap { document.string($0) } }
    }
    let preferences = document.member("modelPreferences", of: params)
    request.modelHints = texts(preferences.flatMap { document.member("hints", of: $0) }, "name")
    request.model = request.modelHints.first ?? []
    if let tokens = document.member("maxTokens", of: params), document.kind(of: tokens) == .integer {
      request.estimatedTokens = Int64(String(decoding: document.raw(tokens), as: UTF8.self))
    }
    request.functions = texts(document.member("tools", of: params), "name")
    var messages: [[UInt8]] = []
    if let prompt = document.member("systemPrompt", of: params).flatMap({ document.string($0) }) {
      messages.append(prompt)
    }
    if let list = document.member("messages", of: params) {
      for message in document.elements(of: list) {
        guard let content = document.member("content", of: message) else { continue }
        let blocks = document.kind(of: content) == .array ? Array(document.elements(of: content)) : [content]
        messages += blocks.compactMap { document.member("text", of: $0).flatMap { document.string($0) } }
      }
    }
    request.messages = Array(messages.joined(separator: [UInt8(ascii: "\n")]))
    llmRequest = request
  }
}
