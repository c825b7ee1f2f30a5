private import CShims
internal import Platform
internal import Synchronization
internal import Wire

/// A running server: requests out, answers in, any number of them at a time.
///
/// One thread reads and writes, and hands each answer to its waiter. The thread ends with the server.
final class ServerLink: Sendable {
  /// A request that waits for its answer.
  struct Waiter {
    let method: String
    /// Monotonic, in nanoseconds.
    let deadline: UInt64
    let completion: MCPCompletion
  }

  struct State {
    var waiters: [Int32: Waiter] = [:]
    var outgoing: [UInt8] = []
    var lastID: Int32 = 0
    /// The request on which the server announces changes, once it is sent.
    var streamID: Int32?
    var isClosing = false
    /// Whether the server ended before it read anything.
    var hasReadNothing = false
    /// Why nothing more is coming; nil while the server runs.
    var end: MCPFailure?
  }

  /// The maximum bytes that wait for the server; a request beyond that is refused.
  private static let maxOutgoing = 256 << 20
  /// The same for answers to the server's own requests, which it need not read: further answers are dropped.
  static let maxAnswers = 16 << 20

  let state = Mutex(State())
  /// Called as soon as the server may have other tools than before, ahead of any answer that comes after that.
  let toolsChanged: @Sendable () -> Void
  let waker: Waker
  private let ended = Latch()

  init(toolsChanged: @escaping @Sendable () -> Void) throws(SystemError) {
    waker = try Waker()
    self.toolsChanged = toolsChanged
  }

  /// Starts the server; to be called once. Whoever may have to call ``close()`` has the link by then, and waits there for
  /// what becomes of this.
  func start(_ command: ServerCommand) throws(SystemError) {
    let failure = Reply<SystemError?>()
    do throws(SystemError) {
      try Thread.start { [self] in
        cz_block_signals()
        do throws(SystemError) {
          let child = try ServerChild.start(command)
          failure.give(nil)
          serve(child)
        } catch {
          failure.give(error)
        }
        ended.open()
      }
    } catch {
      ended.open()
      throw error
    }
    if let failure = failure.wait() { throw failure }
  }

  /// Whether requests are still taken.
  var isOpen: Bool { state.withLock { $0.end == nil && !$0.isClosing } }

  /// Whether nothing of the server is left.
  var isGone: Bool { ended.isOpen }

  /// Whether the server ended before it read anything, so that no request can have been the reason.
  var hasReadNothing: Bool { state.withLock(\.hasReadNothing) }

  // MARK: Requests

  /// Sends a request; the completion gets its answer.
  ///
  /// - Parameters:
  ///   - deadline: monotonic, in nanoseconds.
  ///   - params: writes the members of `params`.
  /// - Returns: the argument of ``cancel(_:)``; nil if the request was not sent, which the completion was told.
  @discardableResult
  func send(
    _ method: String, deadline: UInt64, params: (inout JSONWriter) -> Void, completion: @escaping MCPCompletion
  ) -> Int32? {
    var body = JSONWriter()
    body.beginObject()
    params(&body)
    body.endObject()
    let result: Result<Int32, MCPFailure> = state.withLock { state in
      if let end = state.end { return .failure(end) }
      if state.isClosing { return .failure(.closed) }
      guard state.outgoing.count + body.bytes.count <= Self.maxOutgoing else { return .failure(.congested) }
      let id = Self.append(method, body.bytes, to: &state)
      state.waiters[id] = Waiter(method: method, deadline: deadline, completion: completion)
      return .success(id)
    }
    switch result {
    case .success(let id):
      waker.wake()
      return id
    case .failure(let failure):
      completion(.failure(failure))
      return nil
    }
  }

  private static func append(_ method: String, _ params: [UInt8], to state: inout State) -> Int32 {
    // No id is reused on a connection; the counter wraps after 2^31 requests.
    state.lastID &+= 1
    var writer = JSONWriter()
    writer.beginObject()
    writer.string("jsonrpc", "2.0")
    writer.integer("id", state.lastID)
    writer.string("method", method)
    writer.raw("params", params)
    writer.endObject()
    state.outgoing += writer.bytes
    state.outgoing.append(UInt8(ascii: "\n"))
    return state.lastID
  }

  /// Asks the server to announce when its tools change (MCP 2026-07-28, `subscriptions/listen`); once is enough. Nobody
  /// waits for the answer: it comes when the server stops announcing.
  func listen(meta: (inout JSONWriter) -> Void) {
    var params = JSONWriter()
    params.beginObject()
    params.beginObject("notifications")
    params.boolean("toolsListChanged", true)
    params.endObject()
    meta(&params)
    params.endObject()
    state.withLock { state in
      guard state.streamID == nil, state.end == nil, !state.isClosing else { return }
      state.streamID = Self.append("subscriptions/listen", params.bytes, to: &state)
    }
    waker.wake()
  }

  func notify(_ method: String) {
    post(Array(#"{"jsonrpc":"2.0","method":"\#(method)"}"#.utf8))
  }

  /// Cancels a request, and tells the server so.
  func cancel(_ id: Int32) {
    guard let waiter = state.withLock({ $0.waiters.removeValue(forKey: id) }) else { return }
    postCancellation(of: id, reason: "the caller no longer waits")
    waiter.completion(.failure(.cancelled))
  }

  /// Ends the server, and returns when it is gone. Every waiter is told.
  func close() {
    beginClosing()
    ended.wait()
  }

  /// The same without waiting for it.
  func beginClosing() {
    state.withLock { $0.isClosing = true }
    waker.wake()
  }

  func postCancellation(of id: Int32, reason: String) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.string("jsonrpc", "2.0")
    writer.string("method", "notifications/cancelled")
    writer.beginObject("params")
    writer.integer("requestId", id)
    writer.string("reason", reason)
    writer.endObject()
    writer.endObject()
    post(writer.bytes)
  }

  func post(_ line: [UInt8], limit: Int = maxOutgoing) {
    state.withLock { state in
      guard state.end == nil, state.outgoing.count + line.count <= limit else { return }
      state.outgoing += line
      state.outgoing.append(UInt8(ascii: "\n"))
    }
    waker.wake()
  }
}
