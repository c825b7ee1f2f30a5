internal import Synchronization

/// Hands something that can't be copied from one owner to another.
final class OneTimeBox<Value: ~Copyable & Sendable>: Sendable {
  private let value: Mutex<Value?>

  init(_ value: consuming sending Value) {
    self.value = Mutex(value)
  }

  /// Nil when it was taken before.
  func take() -> Value? {
    value.withLock { value in
      var taken: Value? = nil
      swap(&taken, &value)
      return taken
    }
  }
}
