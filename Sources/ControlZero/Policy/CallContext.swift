/// Who makes a call, for conditions: `user_id`, `user_group`, `tags` and whatever else a policy asks about.
///
/// Conditions see the arguments of a call, overlaid by the context, overlaid by the context's tags (Control Zero
/// 1.13.16, "Conditions").
///
///     try client.callTool("database", "query", ["sql": "SELECT 1"],
///       context: ["user_id": "agent-001", "user_group": "analysts"])
public struct CallContext: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// All values, by the names that conditions use; tags are an object under `tags`.
  public var values: JSONObject

  /// - Parameter values: by the names that conditions use; tags are an object under `tags`.
  public init(_ values: JSONObject = JSONObject()) {
    self.values = values
  }

  /// - Parameters:
  ///   - userID: `user_id`.
  ///   - userGroup: `user_group`.
  ///   - tags: what conditions look up before anything else.
  ///   - more: further values for conditions; the other parameters take precedence.
  public init(
    userID: String? = nil, userGroup: String? = nil, tags: JSONObject = JSONObject(), _ more: JSONObject = JSONObject()
  ) {
    values = more
    if let userID { values["user_id"] = .string(userID) }
    if let userGroup { values["user_group"] = .string(userGroup) }
    if !tags.isEmpty { values["tags"] = .object(tags) }
  }

  /// Creates a context from a literal; the last of repeated names counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    values = JSONObject(elements.map { (name: $0.0, value: $0.1) })
  }

  /// `user_id`; nil if it is not a text.
  public var userID: String? { values["user_id"]?.string }
  /// `user_group`; nil if it is not a text.
  public var userGroup: String? { values["user_group"]?.string }
  /// `tags`; empty if there are none.
  public var tags: JSONObject { values["tags"]?.object ?? JSONObject() }

  /// Whether the context says nothing about the caller.
  public var isEmpty: Bool { values.isEmpty }
}
