/// Why there is no policy although one was named.
public struct PolicySourceError: Error, Equatable, Sendable {
  /// For people, one per line: `file:line:column: code: message`.
  public let lines: [String]
  /// Whether the policy was changed by somebody who could not sign it.
  public let isTampering: Bool
  /// Whether no other source may replace this one.
  public let isFinal: Bool

  public init(_ lines: [String], isTampering: Bool = false, isFinal: Bool = false) {
    self.lines = lines
    self.isTampering = isTampering
    self.isFinal = isFinal
  }
}
