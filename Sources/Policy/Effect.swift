/// What a rule or a default asks for.
public enum Effect: String, Sendable, Equatable {
  case allow
  case deny
  /// Goes through, and is flagged.
  case warn
  /// Goes through, and is recorded as asked for; only where a file opens the dialect `czproxy/1`.
  case audit

  /// How much it holds a call back; `deny` most.
  var restrictiveness: Int {
    switch self {
    case .allow: 0
    case .audit: 1
    case .warn: 2
    case .deny: 3
    }
  }
}
