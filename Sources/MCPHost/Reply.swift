internal import Synchronization

/// A value that one thread gives and another waits for.
public final class Reply<Value: Sendable>: Sendable {
  private let value = Mutex(Value?.none)
  private let latch = Latch()

  public init() {}

  /// Only the first value counts.
  public func give(_ new: Value) {
    value.withLock { if $0 == nil { $0 = new } }
    latch.open()
  }

  public func wait() -> Value {
    while true {
      latch.wait()
      if let value = value.withLock({ $0 }) { return value }
    }
  }
}
