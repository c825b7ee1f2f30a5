internal import Synchronization

/// Says whether to give up an exchange with the service; libcurl asks while an exchange lasts.
final class LinkWatch: Sendable {
  private struct State {
    var running: Cancellation?
    var last: Cancellation?
    var isClosed = false

    func allows(_ cancellation: Cancellation) -> Bool {
      !isClosed && !cancellation.isCancelled && (last == nil || last === cancellation)
    }
  }

  private let state = Mutex(State())

  var shouldStop: Bool {
    state.withLock { state in state.running.map { !state.allows($0) } ?? state.isClosed }
  }

  /// Whether an exchange may begin or go on.
  func allows(_ cancellation: Cancellation) -> Bool { state.withLock { $0.allows(cancellation) } }

  func begin(_ cancellation: Cancellation) { state.withLock { $0.running = cancellation } }

  func end() { state.withLock { $0.running = nil } }

  /// Gives up the current exchange, and allows no other than `last` from now on.
  func reserve(for last: Cancellation) { state.withLock { $0.last = last } }

  /// Gives up the current exchange, and allows none from now on.
  func close() { state.withLock { $0.isClosed = true } }
}
