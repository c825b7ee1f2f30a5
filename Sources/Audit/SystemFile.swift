private import CShims
internal import System

/// The system calls that the audit needs, with typed errors. A descriptor is closed when its file goes.
struct SystemFile: ~Copyable {
  let descriptor: Int32
  let path: String

  init(creating path: String, appending: Bool) throws(AuditError) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | (appending ? O_APPEND : 0)
    descriptor = unsafe open(path, flags, 0o600)
    self.path = path
    if descriptor < 0 { throw Self.failure(.create, path) }
  }

  init(reading path: String) throws(AuditError) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    self.path = path
    if descriptor < 0 { throw Self.failure(.read, path) }
  }

  deinit {
    if descriptor >= 0 { _ = close(descriptor) }
  }

  /// Writes all of the bytes by one call, at the end of the file or at an offset; nil, or the error number.
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
      // A part was written: the disk, or a limit on the size of files, has no room for the rest.
      return ENOSPC
    }
  }

  /// Whether the file has no name any more: nobody will read what is written to it.
  var isRemoved: Bool {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_nlink == 0
  }

  func truncate(to length: Int) -> Bool { ftruncate(descriptor, off_t(length)) == 0 }

  func seek(to offset: Int) { _ = lseek(descriptor, off_t(offset), SEEK_SET) }

  /// Takes an exclusive advisory lock for as long as the file is open; false where somebody else holds it.
  func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

  /// Takes the lock of a file that we made. Somebody who asks whether it is held holds it for a moment.
  func lock() {
    for _ in 0..<100 {
      if tryLock() { return }
      usleep(1000)
    }
  }

  /// Reads up to `space.count` bytes; 0 at the end.
  func read(into space: UnsafeMutableRawBufferPointer) throws(AuditError) -> Int {
    let count = unsafe cz_read(descriptor, space.baseAddress, space.count)
    if count < 0 { throw Self.failure(.read, path) }
    return count
  }

  /// Removes a file; one that is not there is fine.
  static func remove(_ path: String) { _ = unsafe unlink(path) }

  // MARK: Directories

  /// Creates a directory that only its owner may enter; one that exists is fine.
  static func makeDirectory(_ path: String) throws(AuditError) {
    if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw failure(.createDirectory, path) }
  }

  /// Why a directory can't be read; nil where it can be, or is not there.
  static func problem(ofDirectory path: String) -> AuditError? {
    if let stream = unsafe opendir(path) {
      unsafe closedir(stream)
      return nil
    }
    return errno == ENOENT ? nil : failure(.read, path)
  }

  /// Names in a directory, sorted; none when it can't be read.
  static func names(in directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      names.append(name)
    }
    return names.sorted()
  }

  static func failure(_ code: AuditError.Code, _ path: String) -> AuditError {
    let number = errno
    return AuditError(code, path: path, errno: number, detail: describe(number))
  }

  /// The system's words for an error, and what the person can do.
  static func describe(_ number: Int32) -> String {
    let words = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    let advice =
      switch number {
      case ENOSPC, EDQUOT, EFBIG: "; free some space, or give --state-dir on another disk"
      case EACCES, EPERM, EROFS: "; make it writable for you, or give another --state-dir"
      default: ""
      }
    return words + advice
  }
}
