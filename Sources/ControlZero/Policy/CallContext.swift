/// Who calls, for conditions: `user_id`, `user_group`, `tags` and whatever else a policy asks about.
///
/// Conditions see the arguments of a call, overlaid by the context, overlaid by the context's tags (Control Zero
/// 1.13.16, "Conditions").
///
///     try client.callTool("database", "query", ["sql": "SELECT 1"],
///       context: ["user_id": "agent-001", "user_group": "analysts"])
public struct CallContext: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// All of it, by the names that conditions use; tags are an object under `tags`.
  public var values: JSONObject

  /// - Parameter values: by the names that conditions use; tags are an object under `tags`.
  public init(_ values: JSONObject = JSONObject()) {
    self.values = values
  }

  /// - Parameters:
  ///   - userID: `user_id`.
  ///   - userGroup: `user_group`.
  ///   - tags: what conditions look at before all else.
  ///   - more: what else conditions may ask about; the other parameters overrule it.
  public init(
    userID: String? = nil, userGroup: String? = nil, tags: JSONObject = JSONObject(), _ more: JSONObject = JSONObject()
  ) {
    values = more
    if let userID { values["user_id"] = .string(userID) }
    if let userGroup { values["user_group"] = .string(userGroup) }
    if !tags.isEmpty { values["tags"] = .object(tags) }
  }

  /// The same, of a literal; of a repeated name the last one counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    values = JSONObject(elements.map { (name: $0.0, value: $0.1) })
  }

  /// `user_id`; nil where it is no text.
  public var userID: String? { values["user_id"]?.string }
  /// `user_group`; nil where it is no text.
  public var userGroup: String? { values["user_group"]?.string }
  /// Empty for none.
  public var tags: JSONObject { values["tags"]?.object ?? JSONObject() }

  /// Whether nothing is said of who calls.
  public var isEmpty: Bool { values.isEmpty }
}
