/// An exclusive lock between processes, held as long as this value lives. The file stays, empty.
package struct FileLock: ~Copyable {
  private let file: Descriptor

  /// How often it is tried, in microseconds.
  private static let interval: UInt32 = 5_000

  /// Waits for whoever holds it; the system takes it from one that dies, but not from one that is stopped.
  ///
  /// - Parameters:
  ///   - limit: how long it is waited for.
  ///   - shouldStop: asked while it is waited for.
  /// - Throws: `ETIMEDOUT` after the limit, `ECANCELED` where it was given up, and what open(2) and flock(2) say.
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
