public import DataLoss

/// A policy that is ready to judge. Immutable. A decision depends on the call, for `within` on the file system, and for
/// `matches` in texts of more than 8192 characters on a CPU time limit (decision 7).
public struct Policy: Sendable {
  /// Where a policy came from, as records name it.
  public enum Source: String, Sendable { case local, hosted, missing }

  public let source: Source
  /// The project that a bundle names; nil for none.
  public let projectID: String?
  /// The extension of the SDK's language that the policy declares; nil for none.
  public let dialect: String?
  /// What is permitted but probably not meant.
  public let warnings: [PolicyWarning]

  /// What the arguments of calls are scanned for.
  public var scanner: Scanner { ownScanner ?? .builtin }
  /// Nil if the policy has no rules for it: the built-in detectors take longer to build than the rest of a policy, and
  /// nobody needs them before the first call.
  private let ownScanner: Scanner?

  let core: PolicyCore
  /// The rules that name protocol methods; nil for none.
  private(set) var namedMethods: PolicyCore?
  private let resultRules: ResultRules
  private let annotationRules: AnnotationRules

  init(
    source: Source, projectID: String? = nil, dialect: String? = nil, warnings: [PolicyWarning] = [],
    rules: RuleTable, settings: PolicySettings, detectionRules: [DetectionRule] = [],
    resultRules: ResultRules = ResultRules(), annotationRules: AnnotationRules = AnnotationRules()
  ) {
    self.source = source
    self.projectID = projectID
    self.dialect = dialect
    self.warnings = warnings
    ownScanner = detectionRules.isEmpty ? nil : Scanner(rules: detectionRules)
    self.resultRules = resultRules
    self.annotationRules = annotationRules
    namedMethods = Self.naming(rules, settings)
    core = PolicyCore(rules: rules, settings: settings)
  }

  var rules: RuleTable { core.rules }
  var settings: PolicySettings { core.settings }

  /// What the policy requires of the answers of a tool or a method.
  ///
  /// - Parameter action: `server:tool`, or `server:method`.
  public func resultRule(for action: [UInt8]) -> ResultRule { resultRules.rule(for: action) }

  /// The hints that replace a server's own for a tool (MCP, "Tools: annotations").
  ///
  /// - Parameter action: `server:tool`.
  public func annotations(of action: [UInt8]) -> [(name: String, value: Bool)] { annotationRules.hints(for: action) }

  public var ruleCount: Int { rules.count }

  /// The id of the first rule, `synthetic:…` where the policy has none of its own; nil for no rules.
  public var firstRuleID: String? { rules.first?.policyID }

  /// Whether the policy is enforced as it is meant, in Control Zero's words: `enforcing`, or what prevents it.
  public var enforcementStatus: String { settings.enforcementStatus }

  public var tamperPosture: TamperPosture { settings.defaultOnTamper }

  /// The policy that replaces this one when this one may no longer be used: its `default_on_missing` and, since that
  /// says nothing about methods, this policy's rules for methods.
  public func missing(reason: String) -> Policy {
    var policy = Policy.missing(reason: reason, effect: settings.defaultOnMissing)
    policy.namedMethods = namedMethods
    return policy
  }

  /// Why there is no policy; nil if there is one.
  public var absence: String? { source == .missing ? rules.first?.reason : nil }

  /// The policy of a proxy that has none: everything is denied, and the reason says what to do.
  public static func missing(reason: String) -> Policy { missing(reason: reason, effect: .deny) }

  private static func missing(reason: String, effect: Effect) -> Policy {
    let rule = Rule(
      effect: effect, actions: [ActionPattern([UInt8(ascii: "*")])], policyID: "synthetic:BUNDLE_MISSING",
      reason: reason, reasonCode: "BUNDLE_MISSING", line: 0, column: 0)
    return Policy(source: .missing, rules: RuleTable([rule]), settings: PolicySettings())
  }
}
