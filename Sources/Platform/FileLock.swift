/// An exclusive lock between processes, held as long as this value lives. The lock file stays, empty.
package struct FileLock: ~Copyable {
  private let file: Descriptor

  /// The time between two attempts, in microseconds.
  private static let interval: UInt32 = 5_000

  /// Waits until the lock is free. The system releases the lock of a process that dies, but not of one that is stopped.
  ///
  /// - Parameters:
  ///   - limit: how long to wait.
  ///   - shouldStop: asked during the wait; true gives up.
  /// - Throws: `ETIMEDOUT` after the limit, `ECANCELED` if `shouldStop` said so, and the errors of open(2) and
  ///   flock(2).
  package init(_ path: String, limit: Duration, shouldStop: () -> Bool = { false }) throws(SystemError) {
    file = Descriptor(unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600))
    guard file.number >= 0 else { throw SystemError("open", errno) }
    let end = MonotonicClock.nanoseconds() + UInt64(limit / .nanoseconds(1))
    while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EINTR || errno == EWOULDBLOCK else { throw SystemError("flock", errno) }
      guard !shouldStop() else { throw SystemError("flock", ECANCELED) }
      guard MonotonicClock.nanoseconds() < end else { throw SystemError("flock", ETIMEDOUT) }
      _ = usleep(Self.interval)
    }
  }
}
