public import Platform
public import Wire

/// Why there is no answer to a request.
public enum MCPFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The server can't be started.
  case start(SystemError)
  /// No answer came in time.
  case silent(method: String)
  /// The answer is not a message that every reader understands alike.
  case malformed(MessageError)
  /// The server answered with an error; its words are bounded and safe to show.
  case rpc(message: String, code: String)
  /// The server is gone: the request may have been executed, or not.
  case ended
  /// The caller no longer wants the answer.
  case cancelled
  /// This process ended the server.
  case closed
  /// A list goes on for longer than any reasonable one.
  case endless
  /// More bytes wait for the server than are kept in memory.
  case congested

  public var description: String {
    switch self {
    case .start(let error): "the server can't be started: \(error.reason)"
    case .silent(let method): "no answer to \(method)"
    case .malformed(let error): "the server's answer is malformed: \(error)"
    case .rpc(let message, let code): "the server answered with error \(code): \(message)"
    case .ended: "the server ended before it answered"
    case .cancelled: "the request was cancelled"
    case .closed: "the server was closed"
    case .endless: "the server's list of tools has no end"
    case .congested: "the server does not read what it is sent"
    }
  }
}
