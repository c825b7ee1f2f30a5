/// Directories that hold state.
package enum Directory {
  /// Creates a directory that only its owner may enter, and every missing directory above it. An existing directory is
  /// no error.
  package static func make(_ path: String) throws(SystemError) {
    guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    let error = SystemError("mkdir", errno)
    guard error.number == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex
    else { throw error }
    try make(String(path[..<slash]))
    if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw SystemError("mkdir", errno) }
  }

  /// Makes the entries of a file's directory durable, as far as the file system can.
  static func makeDurable(containing path: String) {
    let parent = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
    let number = unsafe open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { return }
    let directory = Descriptor(number)
    _ = fsync(directory.number)
  }
}
