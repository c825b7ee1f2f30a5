public import DataLoss
import Python
public import Wire

/// What a policy requires of answers; a part without a requirement is nil.
public struct ResultRule: Sendable, Equatable {
  /// How far the detectors may go.
  public var dataLoss: ResultMode?
  /// The maximum length of the answer's line, in bytes.
  public var maxBytes: Int?
  /// Media types (`text/*`, `image/png`) that the contents may have.
  public var contentTypes: [[UInt8]]?

  /// Whether contents of a type may pass. Parameters of the type and case are ignored.
  public func permits(contentType: [UInt8]) -> Bool {
    guard let contentTypes else { return true }
    let type = CaseFolding.folded(contentType.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") })
    return contentTypes.contains { Glob($0).matches(type) }
  }

  /// Why a result may not pass because of its size or its contents; nil if it may.
  ///
  /// - Parameter bytes: the length of the line that the result came in.
  public func withholding(_ result: JSONDocument.Node?, in document: JSONDocument, bytes: Int) -> Withholding? {
    if let maxBytes, bytes > maxBytes {
      return Withholding(code: .size, reason: "its answer has \(bytes) bytes, and the policy permits \(maxBytes)")
    }
    guard let type = result.flatMap({ ContentTypes.refused(by: self, in: $0, of: document) }) else { return nil }
    return Withholding(
      code: .contentType,
      reason: "its answer holds `\(DisplayText.escaped(type, limit: 64))`, which the policy does not permit")
  }
}

/// The `results` section of our dialect: what is required of answers, by patterns of `server:tool` (or
/// `server:method`). For each part, the first pattern that matches and sets it counts.
struct ResultRules: Sendable {
  static let key = "results"

  private var entries: [(pattern: ActionPattern, rule: ResultRule)] = []

  init() {}

  init(_ value: PolicyValue) throws(RuleReader.Failure) {
    for member in try PatternMap.members(of: value, Self.key) {
      entries.append((member.pattern, try Self.rule(member.value)))
    }
  }

  private static func rule(_ value: PolicyValue) throws(RuleReader.Failure) -> ResultRule {
    guard case .mapping(let members) = value.content else {
      throw RuleReader.Failure("what `\(key)` asks must be a mapping, not \(value.kindName)", value)
    }
    var rule = ResultRule()
    for member in members {
      switch member.key.string {
      case "dlp": rule.dataLoss = try mode(member.value)
      case "max_bytes":
        guard case .integer(let digits) = member.value.content, let bytes = Int(digits), bytes > 0 else {
          throw RuleReader.Failure("`max_bytes` must be a number of bytes", member.value)
        }
        rule.maxBytes = bytes
      case "content_types": rule.contentTypes = try types(member.value)
      default:
        throw RuleReader.Failure("`\(key)` knows `dlp`, `max_bytes` and `content_types`", member.key)
      }
    }
    return rule
  }

  private static func mode(_ value: PolicyValue) throws(RuleReader.Failure) -> ResultMode {
    // YAML 1.1 reads the bare word as a boolean.
    if case .boolean(false) = value.content { return .off }
    if let mode = value.string.flatMap(ResultMode.init) { return mode }
    let modes = ResultMode.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    throw RuleReader.Failure("`dlp` is one of \(modes)", value)
  }

  private static func types(_ value: PolicyValue) throws(RuleReader.Failure) -> [[UInt8]] {
    guard case .list(let elements) = value.content else {
      throw RuleReader.Failure("`content_types` must be a list of media types", value)
    }
    var types: [[UInt8]] = []
    for element in elements {
      guard case .string(let type) = element.content, type.contains(UInt8(ascii: "/")) else {
        throw RuleReader.Failure("a media type is written `text/plain` or `text/*`", element)
      }
      types.append(CaseFolding.folded(type))
    }
    return types
  }

  /// - Parameter action: `server:tool`.
  func rule(for action: [UInt8]) -> ResultRule {
    guard !entries.isEmpty else { return ResultRule() }
    let action = ActionPattern.normalized(action)
    var found = ResultRule()
    for (pattern, rule) in entries where pattern.matches(action) {
      found.dataLoss = found.dataLoss ?? rule.dataLoss
      found.maxBytes = found.maxBytes ?? rule.maxBytes
      found.contentTypes = found.contentTypes ?? rule.contentTypes
    }
    return found
  }
}
