import DataLoss

/// `dlp_results` of our dialect: how far the detectors may go with what a tool answers. The first pattern that matches
/// the tool counts.
struct ResultModes: Sendable {
  static let key = "dlp_results"

  private var entries: [(pattern: ActionPattern, mode: ResultMode)] = []

  init() {}

  /// Reads a mapping from patterns for `server:tool` to modes.
  init(_ value: PolicyValue) throws(RuleReader.Failure) {
    guard case .mapping(let members) = value.content else {
      throw RuleReader.Failure("`\(Self.key)` must map patterns of tools to modes, not \(value.kindName)", value)
    }
    let modes = ResultMode.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    for member in members {
      guard case .string(let pattern) = member.key.content else {
        throw RuleReader.Failure("a pattern of `\(Self.key)` must be a string", member.key)
      }
      guard let mode = mode(member.value) else {
        throw RuleReader.Failure("a mode of `\(Self.key)` is one of \(modes)", member.value)
      }
      entries.append((ActionPattern(pattern), mode))
    }
  }

  private func mode(_ value: PolicyValue) -> ResultMode? {
    // YAML 1.1 reads the bare word as a boolean.
    if case .boolean(false) = value.content { return .off }
    return value.string.flatMap(ResultMode.init)
  }

  /// Nil where no pattern matches.
  ///
  /// - Parameter action: `server:tool`.
  func mode(for action: [UInt8]) -> ResultMode? {
    guard !entries.isEmpty else { return nil }
    let action = ActionPattern.normalized(action)
    return entries.first { $0.pattern.matches(action) }?.mode
  }
}
