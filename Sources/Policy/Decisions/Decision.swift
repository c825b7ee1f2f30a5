/// What a policy decided, and why (Control Zero 1.13.16).
public struct Decision: Sendable, Equatable {
  /// Which selectors the deciding rule declares.
  public enum Gate: String, Sendable { case none, client, project, both }

  /// Who or what decided. ``policyID`` does not tell, because a rule may have any id.
  public enum Origin: Sendable {
    case rule
    /// No rule matched, so the default applies.
    case noRule
    /// The call can't be judged.
    case unavailable
    /// The policy, or the machine, is not to be trusted.
    case quarantine
    /// The tool is not what a person accepted.
    case toolsLock
    /// The call can't be put on record.
    case noRecord
    /// The request is not subject to a policy.
    case notGoverned
  }

  public var effect: Effect
  public let origin: Origin
  /// The rule that decided, or a `synthetic:` id.
  public var policyID: String
  public var reasonCode: String
  public var reason: String
  /// The position of the deciding rule, counted from 1; the number of rules when none matched.
  public var evaluatedRules: Int
  public var gateMatched = Gate.none
  /// Allowed only because there is no policy yet.
  public var isObserveMode = false
  /// What the knowledge of tool families changed (Control Zero 1.13.16, `match_semantics`).
  public var matchSemantics = "unchanged"
  /// If it changed the deciding rule: the rule without families, and the one with them. Otherwise empty.
  public var divergentRuleIDs: [String] = []
  /// The deciding rule asks for a person's approval.
  public var requiresApproval = false
  /// What could not be determined about the call, for the record. In doubt, a rule that denies applied and any other
  /// did not.
  public var doubts: [String] = []

  package init(
    effect: Effect, origin: Origin, policyID: String, reasonCode: String, reason: String, evaluatedRules: Int
  ) {
    self.effect = effect
    self.origin = origin
    self.policyID = policyID
    self.reasonCode = reasonCode
    self.reason = reason
    self.evaluatedRules = evaluatedRules
  }

  /// The decision about a request that is not subject to a policy and passes.
  public static let passed = Decision(
    effect: .allow, origin: .notGoverned, policyID: "synthetic:NOT_GOVERNED", reasonCode: "NOT_GOVERNED",
    reason: "no rule names this method, so it passes", evaluatedRules: 0)

  /// The denial of a call about which no rule can be consulted.
  static func unavailable(reason: String) -> Decision {
    Decision(
      effect: .deny, origin: .unavailable, policyID: "synthetic:ENGINE_UNAVAILABLE", reasonCode: "",
      reason: "the call can't be judged: \(reason)", evaluatedRules: 0)
  }

  /// The denial of every call while the policy, or the machine, is not to be trusted (Control Zero 1.13.16,
  /// "Tamper handling").
  ///
  /// - Parameter code: `BUNDLE_TAMPERED` or `MACHINE_QUARANTINED`.
  public static func quarantined(_ code: String, _ reason: String) -> Decision {
    Decision(
      effect: .deny, origin: .quarantine, policyID: "synthetic:QUARANTINE", reasonCode: code, reason: reason,
      evaluatedRules: 0)
  }

  /// The denial of a call of a tool that is not what a person accepted.
  ///
  /// - Parameter code: `TOOL_NOT_LOCKED` or `TOOL_CHANGED`.
  public static func notAsLocked(_ code: String, _ reason: String) -> Decision {
    Decision(
      effect: .deny, origin: .toolsLock, policyID: "synthetic:TOOLS_LOCK", reasonCode: code, reason: reason,
      evaluatedRules: 0)
  }

  /// The denial of a call whose record can't be written; `instead` is what policy decided.
  public static func auditUnavailable(reason: String, instead: Decision) -> Decision {
    Decision(
      effect: .deny, origin: .noRecord, policyID: "synthetic:AUDIT_UNAVAILABLE", reasonCode: "AUDIT_UNAVAILABLE",
      reason: "the call can't be put on record: \(reason)", evaluatedRules: instead.evaluatedRules)
  }
}
