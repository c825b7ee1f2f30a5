internal import Platform

/// A value that many threads read and few replace. Readers never wait for each other.
///
/// With a Mutex, threads that only read would queue up, and that is slow.
// INVARIANT: `value` is read under the lock for reading, and written under the lock for writing.
@safe final class Published<Value: Sendable>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)
  private var value: Value

  init(_ value: Value) {
    self.value = value
    unsafe lock.initialize(to: pthread_rwlock_t())
    unsafe pthread_rwlock_init(lock, nil)
  }

  deinit {
    unsafe pthread_rwlock_destroy(lock)
    unsafe lock.deallocate()
  }

  var current: Value {
    unsafe pthread_rwlock_rdlock(lock)
    defer { unsafe pthread_rwlock_unlock(lock) }
    return value
  }

  func update<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    unsafe pthread_rwlock_wrlock(lock)
    defer { unsafe pthread_rwlock_unlock(lock) }
    return try body(&value)
  }
}
