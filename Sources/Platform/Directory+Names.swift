extension Directory {
  /// The names in a directory that are wanted, sorted, without `.` and `..`; none if it does not exist.
  package static func names(
    in path: String, where isWanted: (String) -> Bool = { _ in true }
  ) throws(SystemError) -> [String] {
    guard let stream = unsafe opendir(path) else {
      if errno == ENOENT { return [] }
      throw SystemError("opendir", errno)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while true {
      // The end and an error look the same but for this.
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != "..", isWanted(name) { names.append(name) }
    }
    guard errno == 0 else { throw SystemError("readdir", errno) }
    return names.sorted()
  }
}
