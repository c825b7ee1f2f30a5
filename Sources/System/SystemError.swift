/// A system call that failed.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  public let call: String
  public let number: Int32

  package init(_ call: String, _ number: Int32) {
    self.call = call
    self.number = number
  }

  /// The system's own words.
  public var reason: String { unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)" }

  public var description: String { "\(call): \(reason)" }
}
