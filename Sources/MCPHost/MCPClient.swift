internal import Synchronization
public import Wire

/// A server, and a caller that waits for each of its answers: for commands.
public struct MCPClient: ~Copyable {

  private let command: [String]
  private let clientName: String
  private let clientVersion: String
  private var server: MCPServer?
  /// In nanoseconds.
  private let timeout: UInt64
  private let willStartAgain: @Sendable () -> Void

  /// - Parameters:
  ///   - timeout: for each answer, in milliseconds.
  ///   - version: the program's, for the server.
  ///   - willStartAgain: see ``MCPServer/Options/willStartAgain``.
  public init(
    command: [String], timeout: Int32, name: String, version: String, willStartAgain: @escaping @Sendable () -> Void
  ) {
    self.command = command
    self.timeout = UInt64(max(timeout, 0)) * 1_000_000
    clientName = name
    clientVersion = version
    self.willStartAgain = willStartAgain
  }

  /// Chooses the era. Must precede the first request, which starts the server.
  public mutating func speak(_ era: MCPEra) {
    var options = MCPServer.Options()
    options.era = era
    options.startTimeout = timeout
    options.clientName = clientName
    options.clientVersion = clientVersion
    options.willStartAgain = willStartAgain
    let server = MCPServer(ServerCommand(command), options: options)
    Interruption.end(server)
    self.server = server
  }

  /// Sends a request and waits for its answer; `params` writes members into the params object.
  public mutating func request(
    _ method: String, params: @escaping @Sendable (inout JSONWriter) -> Void = { _ in }
  ) throws(MCPFailure) -> MCPAnswer {
    if server == nil { speak(.auto) }
    let reply = Reply<Result<MCPAnswer, MCPFailure>>()
    _ = server?.request(method, timeout: timeout, params: params) { result in
      // While this thread waits, only a signal closes the server, and that ends this process.
      if case .failure(.closed) = result { return }
      reply.give(result)
    }
    return try reply.wait().get()
  }

  /// Limits of a tool list. A server that always has one more page must not hold up this process or fill its memory.
  private static let (maxPages, maxListBytes) = (10_000, 256 << 20)

  /// Requests the list of tools, page by page, until `body` returns false or the last page was read.
  public mutating func listTools(_ body: (MCPAnswer) -> Bool) throws(MCPFailure) {
    var cursor: [UInt8]?
    var (pages, bytes) = (0, 0)
    repeat {
      guard pages < Self.maxPages, bytes < Self.maxListBytes else { throw .endless }
      let page = cursor
      let answer = try request("tools/list") { writer in
        guard let page else { return }
        writer.string("cursor", bytes: page)
      }
      (pages, bytes) = (pages + 1, bytes + answer.document.bytes.count)
      guard body(answer) else { return }
      cursor = answer.document.string("nextCursor", of: answer.result)
    } while cursor != nil
  }

  /// What the server tells a model about itself; nil for nothing, or before the first answer.
  public var instructions: [UInt8]? { server?.instructions }

  public mutating func close() {
    server?.close()
    server = nil
  }
}
