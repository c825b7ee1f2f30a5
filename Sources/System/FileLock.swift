/// An exclusive lock between processes, held as long as this value lives. The file stays, empty.
package struct FileLock: ~Copyable {
  private let file: Descriptor

  /// Waits for whoever holds it; the system takes it from one that dies.
  package init(_ path: String) throws(SystemError) {
    file = Descriptor(unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600))
    guard file.number >= 0 else { throw SystemError("open", errno) }
    while flock(file.number, LOCK_EX) != 0 {
      guard errno == EINTR else { throw SystemError("flock", errno) }
    }
  }
}
