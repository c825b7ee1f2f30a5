public import Wire

/// Who makes the call, in the words of the person who set up the proxy. Nothing in it comes from the wire.
///
/// Conditions see a JSON object whose members override the arguments, and whose `tags` override those members.
public struct Context: Sendable, Equatable {
  /// What `clients:` selects by; `client_name` to conditions.
  public var clientName: String? { didSet { rebuild() } }
  /// What `projects:` selects by; `project_id` to conditions.
  public var projectID: String? { didSet { rebuild() } }
  /// `agent_id` to conditions.
  public var agent: String? { didSet { rebuild() } }
  /// `user_id` to conditions.
  public var userID: String? { didSet { rebuild() } }
  /// `user_group` to conditions.
  public var userGroup: String? { didSet { rebuild() } }
  public var tags: [String: String] = [:] { didSet { rebuild() } }
  /// Further keys, for conditions.
  public var values: [String: String] = [:] { didSet { rebuild() } }

  /// Nil if the context can't be used; then every call is denied.
  private(set) var members: ContextMembers?

  public init() {
    rebuild()
  }

  /// A context given as a JSON object with any members, as the SDK accepts one.
  public init(object: JSONDocument) {
    members = ContextMembers(object)
  }

  /// A context that can't be read. Every call is denied, since a rule that denies by caller would not match without it.
  public static var unreadable: Context {
    var context = Context()
    context.members = nil
    return context
  }

  public static func == (left: Context, right: Context) -> Bool {
    left.members?.document.bytes == right.members?.document.bytes
  }

  private mutating func rebuild() {
    var writer = JSONWriter()
    writer.beginObject()
    func write(_ key: StaticString, _ value: String?) {
      guard let value else { return }
      writer.string(key, value)
    }
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      writer.key(bytes: key.utf8)
      writer.string(value)
    }
    write("client_name", clientName)
    write("project_id", projectID)
    write("agent_id", agent)
    write("user_id", userID)
    write("user_group", userGroup)
    writer.beginObject("tags")
    for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
      writer.key(bytes: key.utf8)
      writer.string(value)
    }
    writer.endObject()
    writer.endObject()
    // A further key gives way to a member above that has the same name.
    members = (try? JSONDocument(parsing: writer.bytes[...], options: .python)).map { ContextMembers($0) }
  }
}
