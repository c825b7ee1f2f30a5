/// What this process may do with a path.
package enum Access {
  /// Whether a path leads to a regular file that this process may execute.
  package static func isProgram(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return unsafe access(path, X_OK) == 0
  }

  /// Whether the file belongs to the user of this process.
  package static func isOwn(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_uid == geteuid()
  }

  package static func mayWrite(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }
}
