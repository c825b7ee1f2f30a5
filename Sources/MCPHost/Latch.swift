internal import Platform
internal import Synchronization

/// A one-time event that threads can wait for.
@safe public final class Latch: Sendable {
  // INVARIANT: both are initialized before the latch is shared, and destroyed after its last user is gone.
  private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private nonisolated(unsafe) let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let isDone = Atomic(false)

  public init() {
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe pthread_cond_destroy(condition)
    unsafe mutex.deallocate()
    unsafe condition.deallocate()
  }

  public var isOpen: Bool { isDone.load(ordering: .acquiring) }

  public func open() {
    unsafe pthread_mutex_lock(mutex)
    isDone.store(true, ordering: .releasing)
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  public func wait() {
    unsafe pthread_mutex_lock(mutex)
    while !isDone.load(ordering: .acquiring) { unsafe pthread_cond_wait(condition, mutex) }
    unsafe pthread_mutex_unlock(mutex)
  }
}
