/// A system call that failed.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  public let call: String
  public let number: Int32

  package init(_ call: String, _ number: Int32) {
    self.call = call
    self.number = number
  }

  /// The system's description of the error.
  public var reason: String { unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)" }

  /// What a person can do about a file in the state directory, after a semicolon; empty if nothing is known.
  package var advice: String {
    switch number {
    case ENOSPC, EDQUOT, EFBIG: "; free some space, or give --state-dir on another disk"
    case EACCES, EPERM, EROFS: "; make it accessible to you, or give another --state-dir"
    default: ""
    }
  }

  public var description: String { "\(call): \(reason)" }
}
