internal import Platform
internal import Synchronization

/// Says whether a long operation should be given up.
final class Cancellation: Sendable {
  private let isSet = Atomic(false)
  /// Monotonic, in nanoseconds.
  private let deadline: UInt64

  init(after duration: Duration? = nil) {
    deadline = duration.map { MonotonicClock.nanoseconds() + UInt64(max($0, .zero) / .nanoseconds(1)) } ?? .max
  }

  func cancel() { isSet.store(true, ordering: .releasing) }

  var isCancelled: Bool {
    isSet.load(ordering: .acquiring) || (deadline < .max && MonotonicClock.nanoseconds() >= deadline)
  }
}
