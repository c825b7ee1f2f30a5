import Wire

/// A request to a model, which rules see as `llm:generate`: the arguments of Control Zero's `check_llm_request`, and
/// the text of its messages.
public struct LLMRequest: Sendable {
  public var model: [UInt8] = []
  public var modelHints: [[UInt8]] = []
  public var provider: [UInt8] = []
  /// The maximum number of tokens to spend; nil if unspecified.
  public var estimatedTokens: Int64?
  /// Names of the tools that the model may use.
  public var functions: [[UInt8]] = []
  public var hasPII = false
  /// All text that the model is given, one message per line.
  public var messages: [UInt8] = []

  public init() {}

  public func call(context: Context) -> Call {
    var writer = JSONWriter()
    writer.beginObject()
    writer.string("model", bytes: model)
    write("model_hints", modelHints, to: &writer)
    writer.string("provider", bytes: provider)
    if let estimatedTokens { writer.integer("estimated_tokens", estimatedTokens) }
    write("functions", functions, to: &writer)
    writer.boolean("has_pii", hasPII)
    writer.string("messages", bytes: messages)
    writer.endObject()
    let document = try? JSONDocument(parsing: writer.bytes[...], options: .python)
    return Call(
      tool: Array("llm".utf8), method: Array("generate".utf8), arguments: document.map { ($0, $0.root) },
      context: context)
  }

  private func write(_ key: StaticString, _ texts: [[UInt8]], to writer: inout JSONWriter) {
    writer.beginArray(key)
    for text in texts { writer.string(bytes: text) }
    writer.endArray()
  }
}
