#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The policy denies a call. The tool was not invoked.
public struct PolicyDeniedError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// The tool as the program called it: a server's name, or that of a registered closure.
  public let tool: String
  /// The tool of that server, or the closure's method.
  public let method: String
  /// The whole decision; its effect is `deny`.
  public let decision: PolicyDecision

  /// The call, the reason, what was in doubt, the code and the rule, for people.
  public var description: String {
    let code = decision.reasonCode.isEmpty ? "no code" : decision.reasonCode
    let doubt = decision.doubts.isEmpty ? "" : "; in doubt: " + decision.doubts.joined(separator: ", ")
    return
      "\(tool):\(method) is denied by policy: \(decision.reason)\(doubt) (\(code), \(decision.policyID ?? "no policy"))"
  }

  public var errorDescription: String? { description }

  /// What the program can do: ask for an approval, or have the rule changed.
  public var recoverySuggestion: String? {
    decision.requiresApproval
      ? "ask for the approval that the rule names, then call again"
      : "do not retry; have the rule \(decision.policyID ?? "of the default") changed where the call should go through"
  }
}

/// The client's configuration can't be used.
public struct InvalidConfigurationError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, and what to give instead.
  public let description: String

  public var errorDescription: String? { description }
}

/// ``ControlZeroClient/initialize()`` was not called yet.
public struct NotInitializedError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// What to call first.
  public var description: String {
    "the client has no policy yet: call initialize() first, or use withControlZero, which does"
  }

  public var errorDescription: String? { description }
}

/// The client is closed.
public struct ClientClosedError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// What to do instead.
  public var description: String { "the client is closed: make a new one for further calls" }

  public var errorDescription: String? { description }
}

/// The policy lets a call through, but nothing in the program can execute it.
public struct ToolNotFoundError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// The tool as the program called it.
  public let tool: String
  /// Whether the service says that the project has such a tool.
  public let isListed: Bool

  /// The tool, and how to name what executes it.
  public var description: String {
    "there is no tool `\(tool)` in the session" + (isListed ? ", though the project lists it" : "")
      + ": register(\"\(tool)\") a closure for it, or name its MCP server in the file that serversPath leads to"
  }

  public var errorDescription: String? { description }
}

/// A bundle's signature is by none of the trusted keys: it is not used.
public struct BundleVerificationError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, and what can be done.
  public let description: String

  public var errorDescription: String? { description }
}

/// A bundle is not what was signed and sealed for this project: it is not used.
public struct BundleTamperError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, and what can be done.
  public let description: String

  public var errorDescription: String? { description }
}

/// There is no policy that could be enforced.
public struct PolicyUnavailableError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// What a program branches on.
  public enum Reason: String, Sendable, Hashable {
    /// The service does not know the API key, or does not let it have the policy.
    case keyRejected
    /// The service can't be reached, or has a fault of its own, and no cached bundle is young enough.
    case serviceAway
    /// What the service sends or the file holds can't be used.
    case unusable
    /// A bundle has expired, is older than one that was accepted before, or is of another project.
    case refused
    /// The state directory can't be read or written.
    case state
  }

  /// Why; it tells a program whether waiting may help, as it may for ``Reason/serviceAway``.
  public let reason: Reason
  /// Control Zero's code, where there is one: `E1101`, `E1203` ….
  public let code: String
  /// What is wrong, and what can be done.
  public let description: String

  public var errorDescription: String? { description }
}

/// A tool was invoked, but did not give a result that the program may have.
public struct ToolCallError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// What a program branches on, above all to know whether the call may have been executed.
  public enum Reason: Sendable, Hashable {
    /// The tool says that it failed; its result says how.
    case reported(JSONValue)
    /// The server answered with a protocol error.
    case server(code: String)
    /// The server can't be started.
    case start
    /// No answer came in time. The call may have been executed.
    case timedOut
    /// The server died, and the next call starts it again; or another tool was registered in its place. The call may have
    /// been executed.
    case serverEnded
    /// The answer is not a message that every reader understands alike.
    case malformed
    /// The policy withholds the result. The call was executed.
    case withheld
    /// The server does not read what it is sent.
    case congested
  }

  /// The tool as the program called it.
  public let tool: String
  /// The tool of that server, or the closure's method.
  public let method: String
  /// What happened.
  public let reason: Reason
  /// What is wrong, and what can be done.
  public let description: String

  public var errorDescription: String? { description }
}

/// Records wait for the service and could not be delivered. They are kept on disk, and sent later.
public struct DeliveryError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// How many records wait.
  public let waiting: Int
  /// Why, and what can be done.
  public let description: String

  public var errorDescription: String? { description }
}
