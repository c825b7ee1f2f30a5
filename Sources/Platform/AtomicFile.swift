/// Files that are there whole or not at all.
package enum AtomicFile {
  /// Writes a file beside the one that is meant, makes it durable, and puts it in its place.
  ///
  /// - Parameters:
  ///   - replaces: whether a file of that name may be there already; it is an error (`EEXIST`) otherwise.
  ///   - permissions: less the process's umask; for the owner only without.
  ///   - group: whom the file is to belong to, with exactly those permissions, whatever the umask and the directory say:
  ///     an error where that can't be.
  package static func write(
    _ bytes: [UInt8], to path: String, replaces: Bool = true, permissions: mode_t = 0o600, group: gid_t? = nil
  ) throws(SystemError) {
    let temporary = "\(path).\(getpid())-\(UInt32.random(in: .min ... .max)).tmp"
    let first = group == nil ? permissions : 0o600
    let number = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, first)
    guard number >= 0 else { throw SystemError("open", errno) }
    let file = Descriptor(number)
    do throws(SystemError) {
      try write(bytes, to: file)
      if let group {
        // The group first: what it may do is not for another one, not even for a moment.
        guard fchown(file.number, uid_t.max, group) == 0 else { throw SystemError("fchown", errno) }
        guard fchmod(file.number, permissions) == 0 else { throw SystemError("fchmod", errno) }
      }
      guard fsync(file.number) == 0 else { throw SystemError("fsync", errno) }
      if replaces {
        guard unsafe rename(temporary, path) == 0 else { throw SystemError("rename", errno) }
      } else {
        // Unlike rename(2), link(2) never takes the place of what is there.
        guard unsafe link(temporary, path) == 0 else { throw SystemError("link", errno) }
        _ = unsafe unlink(temporary)
      }
    } catch {
      _ = unsafe unlink(temporary)
      throw error
    }
    Directory.makeDurable(containing: path)
  }

  private static func write(_ bytes: [UInt8], to file: borrowing Descriptor) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Platform.write(file.number, $0) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write", count < 0 ? errno : ENOSPC) }
      rest = rest.dropFirst(count)
    }
  }
}

/// write(2), under a name that a method called `write` does not hide.
private func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(descriptor, bytes.baseAddress, bytes.count)
}
