/// Why a line was refused as a JSON-RPC message.
public struct MessageError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: Equatable, Sendable {
    /// Not JSON that every reader understands alike.
    case json(JSONError.Code)
    /// An array at top level: batches are refused whole (MCP removed them in 2025-06-18).
    case batch
    case notAnObject
    /// `jsonrpc` is absent or not `"2.0"`.
    case version
    /// A member that no JSON-RPC message has.
    case unknownMember
    /// A key that some readers take for another one; see ``LookAlike``.
    case lookAlikeKey
    case method
    case params
    case id
    case error
    /// Neither request, notification nor response, or more than one of them.
    case ambiguousShape
    /// The line is longer than the limit, in bytes.
    case tooLong(limit: Int)
  }

  public let code: Code

  /// Counted from 0 at the start of the line.
  public let offset: Int

  /// The requests in the line that expect an answer; empty if their ids are not beyond doubt.
  public let answerable: [RequestID]

  /// The request that the line was meant to answer; nil if its id is not beyond doubt.
  public let answered: RequestID?

  public init(_ code: Code, at offset: Int, answerable: [RequestID] = [], answered: RequestID? = nil) {
    self.code = code
    self.offset = offset
    self.answerable = answerable
    self.answered = answered
  }

  init(_ code: Code, at offset: Int, salvaged: MessageSalvage) {
    self.init(code, at: offset, answerable: salvaged.requests, answered: salvaged.response)
  }

  /// For a line that is longer than the limit, in bytes.
  public init(_ line: OverlongLine, limit: Int) {
    self.init(.tooLong(limit: limit), at: limit, salvaged: MessageSalvage(of: line))
  }

  public var description: String { "\(reason) at byte \(offset)" }

  private var reason: String {
    switch code {
    case .json(let code): code.rawValue
    case .batch: "a batch (an array at top level) is not allowed"
    case .notAnObject: "a message must be an object"
    case .version: "`jsonrpc` must be \"2.0\""
    case .unknownMember: "a member that JSON-RPC does not know"
    case .lookAlikeKey: "a key that some readers take for another one"
    case .method: "`method` must be a non-empty string"
    case .params: "`params` must be an object"
    case .id: "`id` must be a string or an integer within 2^53-1"
    case .error: "`error` must be an object"
    case .ambiguousShape: "neither a request, nor a notification, nor a response"
    case .tooLong(let limit): "the line is longer than \(limit) bytes, the limit (`--max-frame-bytes`),"
    }
  }
}
