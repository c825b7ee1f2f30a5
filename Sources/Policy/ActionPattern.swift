/// A pattern for `tool:method`. The tool part is compared without regard to case, the method part exactly.
struct ActionPattern: Sendable {
  private let glob: Glob

  /// The pattern as it takes part in matching: one without a colon stands for any method of the tools it names.
  let canonical: [UInt8]

  init(_ text: [UInt8]) {
    let colon = UInt8(ascii: ":")
    canonical = text == [UInt8(ascii: "*")] || text.contains(colon) ? text : text + [colon, UInt8(ascii: "*")]
    glob = Glob(Self.normalized(canonical))
  }

  /// - Parameter action: from ``normalized(_:)``.
  func matches(_ action: [UInt8]) -> Bool { glob.matches(action) }

  /// An action or pattern with what stands before its first colon case-folded; without a colon, all of it.
  static func normalized(_ action: [UInt8]) -> [UInt8] {
    guard let colon = action.firstIndex(of: UInt8(ascii: ":")) else { return CaseFolding.folded(action) }
    return CaseFolding.folded(action[..<colon]) + action[colon...]
  }
}
