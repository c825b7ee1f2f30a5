extension Descriptor {
  /// Opens a regular file to add to its end; creates it for its owner alone where it is missing.
  ///
  /// No link is followed. A pipe in its place is an error: opening one waits for a reader, and what is written is lost.
  package static func appending(to path: String) throws(SystemError) -> Descriptor {
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    let file = Descriptor(unsafe open(path, flags, 0o600))
    guard file.number >= 0 else { throw SystemError("open", errno) }
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0 else { throw SystemError("stat", errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError("open", EINVAL) }
    return file
  }
}
