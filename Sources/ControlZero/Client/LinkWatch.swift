internal import Synchronization

/// Whether what the client asks of the service is to be given up: asked by libcurl while an exchange lasts.
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

  /// Whether something may still be asked.
  func allows(_ cancellation: Cancellation) -> Bool { state.withLock { $0.allows(cancellation) } }

  func begin(_ cancellation: Cancellation) { state.withLock { $0.running = cancellation } }

  func end() { state.withLock { $0.running = nil } }

  /// What is asked now is given up, and nothing but this can be asked any more.
  func reserve(for last: Cancellation) { state.withLock { $0.last = last } }

  /// What is asked now is given up, and nothing can be asked any more.
  func close() { state.withLock { $0.isClosed = true } }
}
