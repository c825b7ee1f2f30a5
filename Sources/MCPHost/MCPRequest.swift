internal import Synchronization

/// A request that may be given up.
public final class MCPRequest: Sendable {
  private struct State {
    /// Until it is sent, or told.
    var completion: MCPCompletion?
    var isCancelled = false
    var place: (link: ServerLink, id: Int32)?
  }

  private let state: Mutex<State>

  init(_ completion: @escaping MCPCompletion) {
    state = Mutex(State(completion: completion))
  }

  /// Hands over who is to be told; nil once that is done, or the request is cancelled.
  func take() -> MCPCompletion? {
    state.withLock { state in
      defer { state.completion = nil }
      return state.completion
    }
  }

  func sent(_ id: Int32, on link: ServerLink) {
    let isCancelled = state.withLock { state in
      state.place = (link, id)
      return state.isCancelled
    }
    if isCancelled { link.cancel(id) }
  }

  /// The completion is told ``MCPFailure/cancelled``, unless there is an answer already; the server is told too. A server
  /// that is not ready yet is not waited for.
  public func cancel() {
    let (completion, place) = state.withLock { state in
      state.isCancelled = true
      defer { state.completion = nil }
      return (state.completion, state.place)
    }
    completion?(.failure(.cancelled))
    if let place { place.link.cancel(place.id) }
  }
}
