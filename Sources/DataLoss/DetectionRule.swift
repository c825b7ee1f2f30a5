/// A rule of `dlp_rules`, as a policy states it (Control Zero 1.13.16, "DLP rules").
public struct DetectionRule: Sendable, Equatable {
  public enum Action: String, Sendable, CaseIterable {
    /// The finding is recorded.
    case detect
    /// The matched text is replaced.
    case mask
    /// Whatever holds the text goes no further.
    case block
  }

  /// Where the rule comes from.
  public enum Origin: String, Sendable {
    case builtin = "built-in"
    case credentials
    case policy
  }

  public var id: String
  public var name: String
  /// A regular expression in Python's syntax; nil if it is not a string, which counts as an invalid expression.
  public var pattern: [UInt8]?
  public var category: String
  public var action: Action
  /// Lowercase texts, one of which must occur if ``needsContext`` is set.
  public var contextKeywords: [[UInt8]]
  public var needsContext: Bool
  public var origin = Origin.policy
  /// Whether the policy asks for something that is not an action, so that the rule only detects.
  public var hasUnknownAction = false
  /// Why a scan in which this rule matches fails; the SDK then considers its scanner broken.
  public var fault: String?
  /// The same for a match that is to be masked.
  public var maskFault: String?
  /// The same for a match that is to be recorded.
  public var recordFault: String?

  public init(
    id: String, name: String? = nil, pattern: [UInt8]?, category: String = "pii", action: Action = .detect,
    contextKeywords: [[UInt8]] = [], needsContext: Bool = false
  ) {
    self.id = id
    self.name = name ?? id
    self.pattern = pattern
    self.category = category
    self.action = action
    self.contextKeywords = contextKeywords
    self.needsContext = needsContext
    fault = Self.categories.contains(category) ? nil : "the category is not known"
  }

  /// The rule's name in a record: at most 128 characters of its name, or of its id if the name is empty.
  var recordedName: String { String((name.isEmpty ? id : name).unicodeScalars.prefix(128)) }

  /// The categories of values that Control Zero's service knows.
  public static let categories: Set<String> = [
    "compliance", "contact", "credential", "crypto", "custom", "document", "financial", "healthcare", "ip", "medical",
    "national_id", "network", "pii", "secret", "sensitive_personal", "tax",
  ]
}
