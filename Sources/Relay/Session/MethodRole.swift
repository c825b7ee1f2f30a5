import Wire

/// What the policy has to do with a request, by its method and by who sends it (MCP, all versions).
enum MethodRole: Equatable, Sendable {
  case toolCall
  /// Judged as `server:method`.
  ///
  /// - Parameter required: the member of `params` that says what is meant.
  case governed(required: String)
  /// A request to the host's model.
  case sampling
  /// What begins a connection, and lists of what the server has: never a policy's subject.
  case directory(PendingRequests.Entry.Directory)
  /// Never a policy's subject.
  case free
  /// Goes through, unless a rule names it.
  case known
  /// The same, and denied where methods have to be known.
  case unknown

  init(of method: [UInt8], from sender: Peer) {
    let name = String(decoding: method, as: UTF8.self)
    switch sender {
    case .host:
      if let directory = PendingRequests.Entry.Directory(rawValue: name) {
        self = .directory(directory)
        return
      }
      switch name {
      case "tools/call": self = .toolCall
      case "resources/read", "resources/subscribe": self = .governed(required: "uri")
      case "prompts/get": self = .governed(required: "name")
      case "logging/setLevel", "resources/unsubscribe": self = .free
      case "completion/complete", "tasks/get", "tasks/result", "tasks/list", "tasks/cancel", "tasks/update":
        self = .known
      default: self = .unknown
      }
    case .server:
      switch name {
      case "sampling/createMessage": self = .sampling
      case "ping": self = .free
      case "elicitation/create", "roots/list", "tasks/get", "tasks/result", "tasks/list", "tasks/cancel": self = .known
      default: self = .unknown
      }
    }
  }

  /// The methods of the host that are judged whatever the policy says.
  static let governed: [StaticString] = [
    "tools/call", "resources/read", "resources/subscribe", "subscriptions/listen", "prompts/get",
  ]

  /// Whether a notification is one of the protocol's.
  static func isKnownNotification(_ method: [UInt8], from sender: Peer) -> Bool {
    let name = String(decoding: method, as: UTF8.self)
    switch name {
    case "notifications/cancelled", "notifications/progress", "notifications/tasks/status": return true
    case "notifications/initialized", "notifications/roots/list_changed": return sender == .host
    case "notifications/message", "notifications/tasks", "notifications/resources/updated",
      "notifications/tools/list_changed", "notifications/prompts/list_changed", "notifications/resources/list_changed",
      "notifications/elicitation/complete", "notifications/subscriptions/acknowledged":
      return sender == .server
    default: return false
    }
  }
}
