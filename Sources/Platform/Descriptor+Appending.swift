extension Descriptor {
  /// Appends a line and its LF to a regular file; creates a missing file, for its owner only.
  ///
  /// A partial line that a full disk left at the end stays a line of its own. No link is followed. A pipe in the file's
  /// place is an error: what is written to a pipe is lost.
  package static func append(line: [UInt8], to path: String) throws(SystemError) {
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    let file = Descriptor(unsafe open(path, flags, 0o600))
    guard file.number >= 0 else { throw SystemError("open", errno) }
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0 else { throw SystemError("stat", errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError("open", EINVAL) }
    let end = UInt8(ascii: "\n")
    var last = end
    if status.st_size > 0, unsafe pread(file.number, &last, 1, status.st_size - 1) != 1 {
      throw SystemError("read", errno)
    }
    try writeAll((last == end ? [] : [end]) + line + [end], to: file.number)
  }
}
