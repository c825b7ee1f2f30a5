/// Something in a policy that is allowed and probably not meant.
public struct PolicyWarning: Sendable, Equatable, CustomStringConvertible {
  /// Counted from 1.
  public let line: Int
  public let message: String

  public var description: String { "\(line): warning: \(message)" }
}
