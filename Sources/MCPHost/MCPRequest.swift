internal import Synchronization

/// A request that may be given up.
public final class MCPRequest: Sendable {
  private struct State {
    var isCancelled = false
    var place: (link: ServerLink, id: Int32)?
  }

  private let state = Mutex(State())

  init() {}

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  func sent(_ id: Int32, on link: ServerLink) {
    let isCancelled = state.withLock { state in
      state.place = (link, id)
      return state.isCancelled
    }
    if isCancelled { link.cancel(id) }
  }

  /// The completion is told ``MCPFailure/cancelled``, unless there is an answer already; the server is told too.
  public func cancel() {
    let place = state.withLock { state in
      state.isCancelled = true
      return state.place
    }
    if let place { place.link.cancel(place.id) }
  }
}
