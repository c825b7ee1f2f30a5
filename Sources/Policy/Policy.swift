public import DataLoss

/// A policy that is ready to judge. Immutable; the same call always gets the same decision.
public struct Policy: Sendable {
  /// Where a policy came from, as records name it.
  public enum Source: String, Sendable { case local, hosted, missing }

  public let source: Source
  /// The name of the file it was loaded from; empty for none.
  public let fileName: String
  /// The project that a bundle says it is of; nil for none.
  public let projectID: String?
  /// What it opens beyond the language of the SDK; nil for nothing.
  public let dialect: String?
  /// What is probably not meant as it is written.
  public let warnings: [PolicyWarning]

  /// What the arguments of calls are scanned for.
  public let scanner: Scanner

  let core: PolicyCore
  private let resultModes: ResultModes

  init(
    source: Source, fileName: String, projectID: String? = nil, dialect: String? = nil, warnings: [PolicyWarning] = [],
    rules: [Rule], settings: PolicySettings, scanner: Scanner = .builtin, resultModes: ResultModes = ResultModes()
  ) {
    self.source = source
    self.fileName = fileName
    self.projectID = projectID
    self.dialect = dialect
    self.warnings = warnings
    self.scanner = scanner
    self.resultModes = resultModes
    core = PolicyCore(rules: rules, settings: settings)
  }

  var rules: [Rule] { core.rules }
  var settings: PolicySettings { core.settings }

  /// How far the detectors may go with what a tool answers; nil where the policy doesn't say.
  ///
  /// - Parameter action: `server:tool`.
  public func resultMode(for action: [UInt8]) -> ResultMode? { resultModes.mode(for: action) }

  public var ruleCount: Int { rules.count }

  /// Whether the policy is enforced as it is meant, in the words of Control Zero: `enforcing`, or what stands against it.
  public var enforcementStatus: String { settings.enforcementStatus }

  public var tamperPosture: TamperPosture { settings.defaultOnTamper }

  /// The policy that takes the place of this one when it may not be used any longer: its `default_on_missing`.
  public func missing(reason: String) -> Policy { .missing(reason: reason, effect: settings.defaultOnMissing) }

  /// The policy of a proxy that has none: everything is denied, and the reason says what to do.
  public static func missing(reason: String) -> Policy { missing(reason: reason, effect: .deny) }

  private static func missing(reason: String, effect: Effect) -> Policy {
    let rule = Rule(
      effect: effect, actions: [ActionPattern([UInt8(ascii: "*")])], policyID: "synthetic:BUNDLE_MISSING",
      reason: reason, reasonCode: "BUNDLE_MISSING", line: 0)
    return Policy(source: .missing, fileName: "", rules: [rule], settings: PolicySettings())
  }
}

/// What a policy decides by. Shared, so that a decision copies nothing of it.
final class PolicyCore: Sendable {
  let rules: [Rule]
  let settings: PolicySettings
  let index: ActionIndex

  init(rules: [Rule], settings: PolicySettings) {
    self.rules = rules
    self.settings = settings
    index = ActionIndex(rules)
  }
}
