internal import Synchronization

/// The last value that somebody kept here.
final class Kept<Value: Sendable>: Sendable {
  private let state = Mutex(Value?.none)

  var value: Value? { state.withLock { $0 } }

  func keep(_ value: Value) { state.withLock { $0 = value } }
}
