import Wire

/// How the policy treats a request, by its method and its sender (MCP, all versions).
enum MethodRole: Equatable, Sendable {
  case toolCall
  /// Judged as `server:method`.
  case governed(Subject)
  /// A request to the host's model.
  case sampling
  /// What begins a connection, and lists of what the server has. The policy judges only the resource subscriptions
  /// within `subscriptions/listen`.
  case directory(PendingRequests.Entry.Directory)
  /// Never subject to a policy.
  case free
  /// Passes unless a rule names it.
  case known
  /// The same, but denied if methods have to be known.
  case unknown

  /// The member of `params` that says what is meant.
  enum Subject: Sendable {
    case uri
    case name

    var key: StaticString {
      switch self {
      case .uri: "uri"
      case .name: "name"
      }
    }
  }

  init(of method: [UInt8], from sender: Peer) {
    let table = sender == .host ? Self.ofHost : Self.ofServer
    self = table.first { $0.method.hasBytes(method.span) }?.role ?? .unknown
  }

  /// Requests of a host. This and the tables below are the only lists of methods; docs/protocol.md names each.
  static let ofHost =
    otherThanDirectories + PendingRequests.Entry.Directory.allCases.map { ($0.method, .directory($0)) }

  private static let otherThanDirectories: [(method: StaticString, role: MethodRole)] = [
    ("tools/call", .toolCall),
    ("resources/read", .governed(.uri)),
    ("resources/subscribe", .governed(.uri)),
    ("prompts/get", .governed(.name)),
    ("logging/setLevel", .free),
    ("resources/unsubscribe", .free),
    ("completion/complete", .known),
    ("tasks/get", .known),
    ("tasks/result", .known),
    ("tasks/list", .known),
    ("tasks/cancel", .known),
    ("tasks/update", .known),
  ]

  /// Requests of a server.
  static let ofServer: [(method: StaticString, role: MethodRole)] = [
    ("sampling/createMessage", .sampling),
    ("ping", .free),
    ("elicitation/create", .known),
    ("roots/list", .known),
    ("tasks/get", .known),
    ("tasks/result", .known),
    ("tasks/list", .known),
    ("tasks/cancel", .known),
  ]

  /// What a server may ask for within an answer (2026-07-28, `inputRequests`).
  static let askedInAnswers: [StaticString] = ["sampling/createMessage", "elicitation/create", "roots/list"]

  /// Notifications, with who sends them.
  static let notifications: [(method: StaticString, senders: [Peer])] = [
    ("notifications/cancelled", [.host, .server]),
    ("notifications/progress", [.host, .server]),
    ("notifications/tasks/status", [.host, .server]),
    ("notifications/initialized", [.host]),
    ("notifications/roots/list_changed", [.host]),
    ("notifications/message", [.server]),
    ("notifications/tasks", [.server]),
    ("notifications/resources/updated", [.server]),
    ("notifications/resources/list_changed", [.server]),
    ("notifications/tools/list_changed", [.server]),
    ("notifications/prompts/list_changed", [.server]),
    ("notifications/elicitation/complete", [.server]),
    ("notifications/subscriptions/acknowledged", [.server]),
  ]

  /// The methods of the host that are judged whatever the policy says.
  static let governed: [StaticString] = ofHost.filter { $0.role.isJudged }.map(\.method)

  private var isJudged: Bool {
    switch self {
    case .toolCall, .governed, .sampling, .directory(.listen): true
    case .directory, .free, .known, .unknown: false
    }
  }

  /// Whether a notification is one of the protocol's.
  static func isKnownNotification(_ method: [UInt8], from sender: Peer) -> Bool {
    notifications.contains { $0.method.hasBytes(method.span) && $0.senders.contains(sender) }
  }
}
