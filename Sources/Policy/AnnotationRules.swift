/// The `annotations` section of the czproxy dialect: hints about tools that replace the server's own (MCP, "Tools:
/// annotations"), because hosts skip consent on a server's word.
struct AnnotationRules: Sendable {
  static let key = "annotations"

  static let names = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]

  private var entries: [(pattern: ActionPattern, hints: [(name: String, value: Bool)])] = []

  init() {}

  init(_ value: PolicyValue) throws(RuleReader.Failure) {
    for member in try PatternMap.members(of: value, Self.key) {
      guard case .mapping(let hints) = member.value.content else {
        throw RuleReader.Failure(
          "what `\(Self.key)` says must be a mapping, not \(member.value.kindName)", member.value)
      }
      var read: [(String, Bool)] = []
      for hint in hints {
        guard let name = hint.key.string, Self.names.contains(name), case .boolean(let value) = hint.value.content
        else {
          throw RuleReader.Failure(
            "`\(Self.key)` says true or false of \(Self.names.joined(separator: ", "))", hint.key)
        }
        read.append((name, value))
      }
      entries.append((member.pattern, read))
    }
  }

  /// The hints for a tool. For each hint, the first pattern that matches and sets it counts.
  ///
  /// - Parameter action: `server:tool`.
  func hints(for action: [UInt8]) -> [(name: String, value: Bool)] {
    guard !entries.isEmpty else { return [] }
    let action = ActionPattern.normalized(action)
    var found: [(name: String, value: Bool)] = []
    for (pattern, hints) in entries where pattern.matches(action) {
      for hint in hints where !found.contains(where: { $0.name == hint.name }) { found.append(hint) }
    }
    return found
  }
}

/// A mapping whose keys are tool patterns.
enum PatternMap {
  static func members(
    of value: PolicyValue, _ key: String
  ) throws(RuleReader.Failure) -> [(pattern: ActionPattern, value: PolicyValue)] {
    guard case .mapping(let members) = value.content else {
      throw RuleReader.Failure("`\(key)` must be a mapping from patterns of tools, not \(value.kindName)", value)
    }
    var read: [(ActionPattern, PolicyValue)] = []
    for member in members {
      guard case .string(let pattern) = member.key.content else {
        throw RuleReader.Failure("a pattern of `\(key)` must be a string", member.key)
      }
      read.append((ActionPattern(pattern), member.value))
    }
    return read
  }
}
