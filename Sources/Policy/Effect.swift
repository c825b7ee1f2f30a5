/// What a rule or a default asks for.
public enum Effect: String, Sendable, Equatable {
  case allow
  case deny
  /// Goes through, and is flagged.
  case warn
  /// Goes through, and is recorded as asked for; only where a file opens the dialect `czproxy/1`.
  case audit
}
