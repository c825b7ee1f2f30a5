internal import Synchronization

/// Keeps the last value that it is given.
final class LatestValue<Value: Sendable>: Sendable {
  private let state = Mutex(Value?.none)

  var value: Value? { state.withLock { $0 } }

  func keep(_ value: Value) { state.withLock { $0 = value } }
}
