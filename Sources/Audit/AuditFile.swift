internal import Platform

/// A file of the audit log: the system calls that it needs, with typed errors.
struct AuditFile: ~Copyable {
  private let file: Descriptor
  let path: String

  private var descriptor: Int32 { file.number }

  init(creating path: String, appending: Bool) throws(AuditError) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | (appending ? O_APPEND : 0)
    file = Descriptor(unsafe open(path, flags, 0o600))
    self.path = path
    if file.number < 0 { throw Self.failure(.create, path) }
  }

  init(reading path: String) throws(AuditError) {
    file = Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK))
    self.path = path
    if file.number < 0 { throw Self.failure(.read, path) }
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0 else { throw Self.failure(.read, path) }
    // Reading a device may never end.
    guard status.st_mode & S_IFMT == S_IFREG else { throw AuditError(.read, path: path, SystemError("read", EINVAL)) }
  }

  /// Writes all of the bytes in one call, at the end of the file or at an offset; returns nil, or the error number.
  func writeWhole(_ bytes: [UInt8], at offset: Int? = nil) -> Int32? {
    while true {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        if let offset { return unsafe pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
        return unsafe write(descriptor, buffer.baseAddress, buffer.count)
      }
      if written == bytes.count { return nil }
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      // Only a part was written: the disk, or a limit on the size of files, has no room for the rest.
      return ENOSPC
    }
  }

  func truncate(to length: Int) -> Bool { ftruncate(descriptor, off_t(length)) == 0 }

  func seek(to offset: Int) { _ = lseek(descriptor, off_t(offset), SEEK_SET) }

  /// Takes an exclusive advisory lock for as long as the file is open; false if somebody else holds it. Where the file
  /// system has no locks, nobody does.
  func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK }

  /// Takes the lock of a file that this process created. A process that tests the lock holds it for a moment.
  func lock() {
    for _ in 0..<100 {
      if tryLock() { return }
      usleep(1000)
    }
  }

  /// Reads up to `space.count` bytes; 0 at the end.
  func read(into space: UnsafeMutableRawBufferPointer) throws(AuditError) -> Int {
    do throws(SystemError) {
      return try unsafe file.read(into: space) ?? 0
    } catch {
      throw AuditError(.read, path: path, error)
    }
  }

  /// Removes a file if it exists.
  static func remove(_ path: String) { _ = unsafe unlink(path) }

  static func failure(_ code: AuditError.Code, _ path: String) -> AuditError {
    AuditError(code, path: path, SystemError(code.rawValue, errno))
  }
}
