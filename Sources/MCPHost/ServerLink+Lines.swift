internal import Synchronization
internal import Wire

/// Handles what a server sends, line by line.
extension ServerLink {
  func take(_ item: LineFramer.Item) {
    // Nobody knows which request an overlong line answered: the request's deadline reports it.
    guard case .line(let line) = item, !line.isBlank else { return }
    let message: Message
    do throws(MessageError) {
      message = try Message(parsing: line.content)
    } catch {
      if let id = error.answered { finish(id, .failure(.malformed(error))) }
      return
    }
    switch message.shape {
    case .response(let id, let result):
      finish(id, .success(MCPAnswer(document: message.document, result: result)))
    case .errorResponse(let id, let error):
      finish(id, .failure(Self.failure(error, in: message.document)))
    case .request(let id, let method):
      answer(id, method, in: message.document)
    case .notification(let method):
      if message.document.string(method, equals: "notifications/tools/list_changed") { toolsChanged() }
    }
  }

  /// Drops an answer that no request waits for: a second one, or one that came too late.
  private func finish(_ id: RequestID, _ result: Result<MCPAnswer, MCPFailure>) {
    // Our ids are numbers. Some servers answer under "5" for 5, which hosts of the official SDKs accept as its answer.
    guard let number = id.number, let id = Int32(exactly: number) else { return }
    let (waiter, isStream) = state.withLock { ($0.waiters.removeValue(forKey: id), $0.streamID == id) }
    // A server that does not announce changes at all answers with an error, and is not asked again.
    if isStream, case .success = result {
      state.withLock { $0.streamID = nil }
      toolsChanged()
    }
    waiter?.completion(result)
  }

  private static func failure(_ error: JSONDocument.Node, in document: JSONDocument) -> MCPFailure {
    let text = document.string("message", of: error) ?? []
    let code = document.member("code", of: error).map { DisplayText.escaped(document.raw($0), limit: 32) }
    return .rpc(message: DisplayText.escaped(text, limit: 2000), code: code ?? "?")
  }

  /// Answers what a server asks of its host: a ping gets a result, everything else an error.
  private func answer(_ id: RequestID, _ method: JSONDocument.Node, in document: JSONDocument) {
    let isPing = document.string(method, equals: "ping")
    let rest = isPing ? #""result":{}}"# : #""error":{"code":-32601,"message":"not offered"}}"#
    post(Array(#"{"jsonrpc":"2.0","id":"#.utf8) + id.json + Array(",\(rest)".utf8), limit: Self.maxAnswers)
  }
}
