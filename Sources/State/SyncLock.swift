internal import Platform

/// The lock that lets only one process sync a state directory. It is released when its process ends, however that ends.
public struct SyncLock: ~Copyable {
  private let file: Descriptor
  private let place: NamedFile

  /// How many times to try, 10 ms apart: a process that only asks whether the lock is held holds it for a moment.
  private static let attempts = 25

  private init(_ file: consuming Descriptor, at path: String) {
    self.file = file
    place = NamedFile(path)
  }

  /// Whether somebody removed the file: another process can take the lock of a new one.
  public var isLost: Bool { place.isGone }

  /// Takes the lock; nil if another process has it.
  public static func acquire(stateDirectory: String) throws(StateError) -> SyncLock? {
    try StateFile.makeDirectory(stateDirectory)
    let path = CacheLayout.lock(in: stateDirectory)
    let number = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    guard number >= 0 else { throw StateError("open", path, errno) }
    let file = Descriptor(number)
    for _ in 0..<attempts {
      if flock(number, LOCK_EX | LOCK_NB) == 0 { return SyncLock(file, at: path) }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw StateError("lock", path, errno) }
      _ = usleep(10_000)
    }
    return nil
  }

  /// Whether a process syncs this state directory now.
  public static func isHeld(stateDirectory: String) -> Bool {
    // The relay calls this, and a pipe in place of the file must not make it wait for a writer.
    let number = unsafe open(CacheLayout.lock(in: stateDirectory), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard number >= 0 else { return false }
    let file = Descriptor(number)
    // Another error says that the file system has no locks: then nobody holds one.
    return flock(file.number, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
