/// What this process may do with a path.
package enum Access {
  /// Whether it is a file that can be started.
  package static func isProgram(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return unsafe access(path, X_OK) == 0
  }

  package static func mayWrite(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }
}
