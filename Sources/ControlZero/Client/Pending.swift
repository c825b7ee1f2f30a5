internal import MCPHost
internal import Synchronization

/// What a task waits for from a server: one request after another, until it is given up.
final class Pending: Sendable {
  private struct State {
    /// Few: pages of a list. One that is answered is cancelled without effect.
    var requests: [MCPRequest] = []
    var isCancelled = false
  }

  private let state = Mutex(State())

  func begin(_ request: MCPRequest) {
    let isCancelled = state.withLock { state in
      state.requests.append(request)
      return state.isCancelled
    }
    // The task may have been cancelled before there was something to cancel.
    if isCancelled { request.cancel() }
  }

  /// Ends the wait, and that of every request that begins from now on.
  func cancel() {
    let requests = state.withLock { state in
      state.isCancelled = true
      return state.requests
    }
    for request in requests { request.cancel() }
  }
}
