internal import MCPHost
internal import Synchronization

/// The requests to a server that a task waits for, one after another, until it is cancelled.
final class Pending: Sendable {
  private struct State {
    /// Only a few, such as the pages of a list. Cancelling an answered request has no effect.
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
