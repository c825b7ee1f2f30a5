public import Wire

/// What a server answered to a request.
public struct MCPAnswer: Sendable {
  public let document: JSONDocument
  public let result: JSONDocument.Node
}

/// What becomes of a request, told once, on the thread that reads the server or on that of the one who asked.
public typealias MCPCompletion = @Sendable (Result<MCPAnswer, MCPFailure>) -> Void
