internal import Platform

/// Why something in the state directory, or a key, can't be used.
public struct StateError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Control Zero's codes (1.13.16), where it has one for the problem.
  public enum Code: String, Sendable {
    /// There is no API key.
    case noKey = "E1103"
    /// An API key has another form than `cz_live_…` or `cz_test_…`.
    case keyFormat = "E1104"
    /// A file of ours does not have the form that we give it.
    case malformed = "E1205"
    /// A file or directory can't be read or written.
    case inaccessible = "E1301"
    /// The file of certificate authorities that was named does not exist.
    case noAuthorities = "E1404"
    /// There is no memory to keep a key in.
    case noMemory = "memory"
  }

  public let code: Code
  /// What is wrong, where, and what can be done. Never holds a key.
  public let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// A failed system call on a path.
  package init(_ action: String, _ path: String, _ number: Int32) {
    let error = SystemError(action, number)
    self.init(.inaccessible, "can't \(action) `\(path)`: \(error.reason)\(error.advice)")
  }

  public var description: String { "\(message) [\(code.rawValue)]" }
}
