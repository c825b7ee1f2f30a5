internal import Synchronization

/// Whether what the client asks of the service is to be given up: asked by libcurl while an exchange lasts.
final class LinkWatch: Sendable {
  private struct State {
    var running: Cancellation?
    var isClosed = false
  }

  private let state = Mutex(State())

  var shouldStop: Bool { state.withLock { $0.isClosed || $0.running?.isCancelled == true } }

  func begin(_ cancellation: Cancellation) { state.withLock { $0.running = cancellation } }

  func end() { state.withLock { $0.running = nil } }

  /// What is asked now is given up, and nothing can be asked any more.
  func close() { state.withLock { $0.isClosed = true } }

  var isClosed: Bool { state.withLock { $0.isClosed } }
}
