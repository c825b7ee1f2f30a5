internal import Policy
internal import Wire

/// The context of a call as the SDK completes it (Control Zero 1.13.16, `guard`).
enum EvaluationContext {
  /// - Parameter project: the project of a bundle, which no caller can replace; nil without a bundle.
  static func make(_ given: CallContext, agentName: String, project: String?) -> Context {
    let values = given.values
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in values.members where name != "project_id" || project == nil {
      writer.key(bytes: name.utf8)
      // A value nested more deeply than the reader accepts makes the context unreadable anyway, and writing all of it
      // could exhaust the stack.
      value.write(to: &writer, levels: JSONLimits().maxDepth)
    }
    func put(_ key: String, _ value: String) {
      writer.key(bytes: key.utf8)
      writer.string(value)
    }
    // The last of repeated keys counts, so these override the caller's.
    if !isTruthy(values["client_name"]) { put("client_name", agentName) }
    if values["agent_id"] == nil { put("agent_id", agentName) }
    if let project {
      put("project_id", project)
    } else if !isTruthy(values["project_id"]) {
      put("project_id", "")
    }
    for (key, value) in [("cz_raise_on_deny", false), ("cz_raise_aborts_call", true)] where values[key] == nil {
      writer.key(bytes: key.utf8)
      writer.boolean(value)
    }
    writer.endObject()
    guard let document = try? JSONDocument(parsing: writer.bytes[...], options: .python) else { return .unreadable }
    return Context(object: document)
  }

  /// Whether Python takes the value for true.
  private static func isTruthy(_ value: JSONValue?) -> Bool {
    switch value {
    case nil, .null?, .bool(false)?, .integer(0)?: false
    case .number(let value)?: value != 0
    case .exact(let value)?: value.nearest != 0
    case .string(let text)?: !text.isEmpty
    case .array(let values)?: !values.isEmpty
    case .object(let object)?: !object.isEmpty
    default: true
    }
  }
}
