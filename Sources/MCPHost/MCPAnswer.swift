public import Wire

/// What a server answered to a request.
public struct MCPAnswer: Sendable {
  public let document: JSONDocument
  public let result: JSONDocument.Node
}

/// Gets the outcome of a request, once, on the thread that reads from the server or on the caller's.
public typealias MCPCompletion = @Sendable (Result<MCPAnswer, MCPFailure>) -> Void
