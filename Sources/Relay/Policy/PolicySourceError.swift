/// Why there is no policy where one was named.
public struct PolicySourceError: Error, Equatable, Sendable {
  /// For people, each a line: `file:line:column: code: message`.
  public let lines: [String]
  /// Whether what is there was changed by somebody who could not sign it.
  public let isTampering: Bool
  /// Whether another source may not take the place of this one.
  public let isFinal: Bool

  public init(_ lines: [String], isTampering: Bool = false, isFinal: Bool = false) {
    self.lines = lines
    self.isTampering = isTampering
    self.isFinal = isFinal
  }
}
