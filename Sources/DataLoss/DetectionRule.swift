/// A rule of `dlp_rules`, as a policy states it (Control Zero 1.13.16, "DLP rules").
public struct DetectionRule: Sendable, Equatable {
  public enum Action: String, Sendable, CaseIterable {
    /// The finding is recorded.
    case detect
    /// The matched text is replaced.
    case mask
    /// What holds the text goes no further.
    case block
  }

  /// Who brought the rule.
  public enum Origin: String, Sendable {
    case builtin = "built-in"
    case credentials
    case policy
  }

  public var id: String
  public var name: String
  /// A regular expression of Python's; nil for what is no text, which counts as one that is not valid.
  public var pattern: [UInt8]?
  public var category: String
  public var action: Action
  /// Lower-case texts, one of which must occur where ``needsContext`` is set.
  public var contextKeywords: [[UInt8]]
  public var needsContext: Bool
  public var origin = Origin.policy
  /// Whether the policy asks for something that is no action, and so for no more than to detect.
  public var hasUnknownAction = false
  /// Why a scan in which this rule matches fails; the SDK then takes its scanner for broken.
  public var fault: String?
  /// The same where the match is to be masked.
  public var maskFault: String?
  /// The same where the match is to be put on record.
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

  /// What a record calls the rule: at most 128 characters of its name, or its id where that is empty.
  var recordedName: String { String((name.isEmpty ? id : name).unicodeScalars.prefix(128)) }

  /// The categories of values that Control Zero's service knows.
  public static let categories: Set<String> = [
    "compliance", "contact", "credential", "crypto", "custom", "document", "financial", "healthcare", "ip", "medical",
    "national_id", "network", "pii", "secret", "sensitive_personal", "tax",
  ]
}
