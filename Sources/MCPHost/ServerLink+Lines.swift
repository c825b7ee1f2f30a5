internal import Synchronization
internal import Wire

/// What a server says, line by line.
extension ServerLink {
  func take(_ item: LineFramer.Item) {
    // Of a line that is too long nobody knows whose answer it was: its deadline tells.
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

  /// An answer to nothing that waits is dropped: a second one, or one that came too late.
  private func finish(_ id: RequestID, _ result: Result<MCPAnswer, MCPFailure>) {
    // Ours are numbers. Some servers answer under "5" for 5, and hosts of the official SDKs take that for its answer.
    guard let number = id.number, let id = Int32(exactly: number) else { return }
    let (waiter, isStream) = state.withLock { ($0.waiters.removeValue(forKey: id), $0.streamID == id) }
    // Who does not tell of changes at all answers with an error, and is not asked again.
    if isStream, case .success = result {
      state.withLock { $0.streamID = nil }
      toolsChanged()
    }
    waiter?.completion(result)
  }

  private static func failure(_ error: JSONDocument.Node, in document: JSONDocument) -> MCPFailure {
    let text = document.member("message", of: error).flatMap { document.string($0) } ?? []
    let code = document.member("code", of: error).map { DisplayText.escaped(document.raw($0), limit: 32) }
    return .rpc(message: DisplayText.escaped(text, limit: 2000), code: code ?? "?")
  }

  /// What a server asks of its host: a ping is answered, everything else is not offered.
  private func answer(_ id: RequestID, _ method: JSONDocument.Node, in document: JSONDocument) {
    let isPing = document.string(method, equals: "ping")
    let rest = isPing ? #""result":{}}"# : #""error":{"code":-32601,"message":"not offered"}}"#
    post(Array(#"{"jsonrpc":"2.0","id":"#.utf8) + id.json + Array(",\(rest)".utf8), limit: Self.maxAnswers)
  }
}
