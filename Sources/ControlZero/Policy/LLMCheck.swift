/// A request to a language model, as a policy sees it: the call `llm:generate` with the arguments that the proxy judges
/// too (`LLMRequest`). What the program says to the model is not in it.
struct LLMCheck {
  static let tool = "llm"
  static let method = "generate"

  var model: String
  var provider: String
  var estimatedTokens: Int
  var functions: [String]
  var hasPII: Bool

  var arguments: JSONObject {
    [
      "model": .string(model),
      "model_hints": [],
      "provider": .string(provider),
      "estimated_tokens": .integer(Int64(estimatedTokens)),
      "functions": .array(functions.map { .string($0) }),
      "has_pii": .bool(hasPII),
      "messages": "",
    ]
  }
}
