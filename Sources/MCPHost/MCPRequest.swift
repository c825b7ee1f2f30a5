internal import Synchronization

/// A request that may be given up.
public final class MCPRequest: Sendable {
  private struct State {
    /// Set until the request is sent, or the completion is called.
    var completion: MCPCompletion?
    var isCancelled = false
    var place: (link: ServerLink, id: Int32)?
  }

  private let state: Mutex<State>

  init(_ completion: @escaping MCPCompletion) {
    state = Mutex(State(completion: completion))
  }

  /// Hands over the completion; nil if that is done already, or if the request is cancelled.
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

  /// Calls the completion with ``MCPFailure/cancelled``, unless there is an answer already, and tells the server. Does
  /// not wait for a server that is not ready yet.
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
