/// What a path names: the file itself, whatever its content becomes.
///
/// Compared with what the path names later, and not with a descriptor: some file systems have two numbers for one file.
package struct NamedFile: Sendable {
  private let path: String
  private let device: UInt64
  private let inode: UInt64

  /// - Parameter path: of a file that this process holds open, so that no other one gets its number.
  package init(_ path: String) {
    self.path = path
    let status = Self.status(of: path)
    device = status.map { UInt64(truncatingIfNeeded: $0.st_dev) } ?? 0
    inode = status.map { UInt64(truncatingIfNeeded: $0.st_ino) } ?? 0
  }

  /// Whether the path names another file by now, or none. If that can't be told, nothing has changed.
  package var isGone: Bool {
    guard let status = Self.status(of: path) else { return errno == ENOENT || errno == ENOTDIR }
    return UInt64(truncatingIfNeeded: status.st_dev) != device || UInt64(truncatingIfNeeded: status.st_ino) != inode
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }
}
