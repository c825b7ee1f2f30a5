/// Tells one state of a file from another without reading the file.
package struct FileIdentity: Equatable, Sendable {
  /// Device and inode stand for the file itself, which is another one after an atomic replacement.
  let device: UInt64
  let inode: UInt64
  let size: Int64
  /// When the content last changed, by the file system's clock, in nanoseconds since 1970.
  package let modified: Int64
  /// The same for the content or the metadata.
  package let changed: Int64
}

extension FileIdentity {
  /// The identity of the file that a path leads to; nil if there is no file that can be examined.
  package init?(of path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    size = Int64(status.st_size)
    #if canImport(Darwin)
      modified = Self.nanoseconds(status.st_mtimespec)
      changed = Self.nanoseconds(status.st_ctimespec)
    #else
      modified = Self.nanoseconds(status.st_mtim)
      changed = Self.nanoseconds(status.st_ctim)
    #endif
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// Whether this is the same file in another state, so that somebody may still be writing it.
  package func isRewriteOf(_ other: FileIdentity) -> Bool {
    device == other.device && inode == other.inode && self != other
  }
}
