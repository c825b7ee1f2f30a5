/// What a rule or a default asks for.
public enum Effect: String, Sendable, Equatable {
  case allow
  case deny
  /// The call passes and is flagged.
  case warn
  /// The call passes, and its record says that an audit was asked for. Needs the dialect `czproxy/1`.
  case audit

  /// How much the effect holds a call back; `deny` does so the most.
  var restrictiveness: Int {
    switch self {
    case .allow: 0
    case .audit: 1
    case .warn: 2
    case .deny: 3
    }
  }
}
