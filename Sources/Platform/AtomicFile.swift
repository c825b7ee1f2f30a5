/// Writes files that exist either whole or not at all.
package enum AtomicFile {
  /// Writes a temporary file beside the target, makes it durable, and moves it into place.
  ///
  /// - Parameters:
  ///   - replaces: whether the file may exist already; if not, an existing one is an error (`EEXIST`).
  ///   - permissions: reduced by the process's umask; by default, for the owner only.
  ///   - group: the group of the file, which then gets exactly these permissions, whatever the umask and the directory
  ///     say; an error if that is not possible.
  package static func write(
    _ bytes: [UInt8], to path: String, replaces: Bool = true, permissions: mode_t = 0o600, group: gid_t? = nil
  ) throws(SystemError) {
    let temporary = "\(path).\(getpid())-\(UInt32.random(in: .min ... .max)).tmp"
    let first = group == nil ? permissions : 0o600
    let number = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, first)
    guard number >= 0 else { throw SystemError("open", errno) }
    let file = Descriptor(number)
    do throws(SystemError) {
      try Descriptor.writeAll(bytes, to: file.number)
      if let group {
        // The group first: what it may do is not for another one, not even for a moment.
        guard fchown(file.number, uid_t.max, group) == 0 else { throw SystemError("fchown", errno) }
        guard fchmod(file.number, permissions) == 0 else { throw SystemError("fchmod", errno) }
      }
      guard fsync(file.number) == 0 else { throw SystemError("fsync", errno) }
      if replaces {
        guard unsafe rename(temporary, path) == 0 else { throw SystemError("rename", errno) }
      } else {
        // Unlike rename(2), link(2) never replaces an existing file.
        guard unsafe link(temporary, path) == 0 else { throw SystemError("link", errno) }
        _ = unsafe unlink(temporary)
      }
    } catch {
      _ = unsafe unlink(temporary)
      throw error
    }
    Directory.makeDurable(containing: path)
  }
}
