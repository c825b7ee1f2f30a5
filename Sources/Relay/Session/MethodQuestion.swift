package import Policy

/// What a policy says about a protocol method other than a tool call, for commands that ask about one call.
package enum MethodQuestion: Equatable {
  /// Judged under its own name.
  case judged
  /// Passes unless a rule names it.
  case named
  /// Never subject to a policy.
  case free

  /// Nil for what is not a method of MCP, and for `tools/call`: then a tool is meant.
  package init?(_ method: [UInt8]) {
    let roles = [Peer.host, .server].map { MethodRole(of: method, from: $0) }
    switch roles.first(where: { $0 != .unknown }) ?? .unknown {
    case .governed, .sampling: self = .judged
    case .known: self = .named
    case .free, .directory: self = .free
    case .toolCall, .unknown: return nil
    }
  }

  /// The decision on a request; nil if the request is judged like any call.
  package func decision(on call: Call, by policy: Policy) -> Decision? {
    switch self {
    case .judged: nil
    case .named: policy.decideIfNamed(call) ?? .passed
    case .free: .passed
    }
  }
}
