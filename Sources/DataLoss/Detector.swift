import Python

/// One expression to look for, with the consequences of a match.
///
/// Built-in expressions are compiled when they are first needed: most never are.
final class Detector: Sendable {
  let rule: DetectionRule
  let requirement: Requirement
  /// Lowercase texts, one of which must occur; nil if none has to.
  let context: [[UInt8]]?
  /// The text that replaces a masked one.
  let placeholder: [UInt8]

  private let matcherForTexts: LazyMatcher
  /// For long texts of which only small windows are searched; see ``PatternMatcher``.
  private let matcherForWindows: LazyMatcher

  /// Texts longer than this are searched with the second matcher.
  private static let longText = 4096

  /// Compiles a rule of a policy.
  init(_ rule: DetectionRule) throws(PythonRegex.Problem) {
    self.rule = rule
    placeholder = Self.placeholder(for: rule.id)
    requirement = .nothing
    context = rule.needsContext ? rule.contextKeywords : nil
    guard let pattern = rule.pattern else { throw .invalid("it is not a string") }
    matcherForTexts = LazyMatcher(compiled: try PatternMatcher(pattern, ignoresCase: false))
    matcherForWindows = matcherForTexts
  }

  /// A rule that is valid but can't be run here: a scan for it fails.
  init(unsupported rule: DetectionRule) {
    self.rule = rule
    placeholder = []
    requirement = .nothing
    context = nil
    matcherForTexts = LazyMatcher(compiled: nil)
    matcherForWindows = matcherForTexts
  }

  /// - Parameter search: matches what the rule's pattern matches, in time linear in the text: `(?!)` in it says that no
  ///   match starts before this place. Nil if the pattern itself is linear.
  private init(_ rule: DetectionRule, _ requirement: Requirement, search: String?, context: [String]?) {
    self.rule = rule
    placeholder = Self.placeholder(for: rule.id)
    self.requirement = requirement
    self.context = context?.map { Array($0.utf8) }
    let skips = search != nil
    let pattern = search.map { Array($0.utf8) } ?? rule.pattern
    matcherForTexts = LazyMatcher(pattern, skips: skips)
    matcherForWindows =
      requirement.givesWindows ? LazyMatcher(pattern, isForWindows: true, skips: skips) : matcherForTexts
  }

  /// One of Control Zero's detectors.
  convenience init(
    builtin name: String, _ title: String, _ category: String, _ pattern: String, _ requirement: Requirement,
    search: String? = nil, context: [String]? = nil
  ) {
    var rule = DetectionRule(id: "builtin-\(name)", name: title, pattern: Array(pattern.utf8), category: category)
    rule.origin = .builtin
    self.init(rule, requirement, search: search, context: context)
  }

  /// A detector of our second set, which stops what it matches as far as the mode for results permits.
  convenience init(
    credential name: String, _ title: String, _ pattern: String, _ requirement: Requirement, search: String? = nil
  ) {
    var rule = DetectionRule(
      id: "credential-\(name)", name: title, pattern: Array(pattern.utf8), category: "secret", action: .block)
    rule.origin = .credentials
    self.init(rule, requirement, search: search, context: nil)
  }

  /// The same detector, which searches everywhere with the rule's own pattern.
  func withoutRequirement() -> Detector {
    let context = context?.map { String(decoding: $0, as: UTF8.self) }
    return Detector(rule, .nothing, search: nil, context: context)
  }

  /// Nil if the expression can't be compiled; all of our own can.
  ///
  /// - Parameter count: the length of the text to search, in bytes.
  func matcher(forTextOf count: Int) -> PatternMatcher? {
    (count > Self.longText ? matcherForWindows : matcherForTexts).value
  }

  private static func placeholder(for id: String) -> [UInt8] {
    var label = Array((id.isEmpty ? "PII" : id).utf8)
    // Our own ids are ASCII, and there are many at each start.
    if label.contains(where: { $0 >= 0x80 }) { label = Array(id.uppercased().utf8) }
    for index in label.indices {
      switch label[index] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): label[index] -= 0x20
      case UInt8(ascii: " "): label[index] = UInt8(ascii: "_")
      default: break
      }
    }
    return Array("[REDACTED-".utf8) + label + [UInt8(ascii: "]")]
  }
}
