internal import DataLoss
internal import Policy

/// What a policy decided about a call, and why.
public struct PolicyDecision: Sendable, Hashable {
  /// What becomes of the call.
  public enum Effect: String, Sendable, Hashable {
    /// Goes through.
    case allow
    /// Is not executed.
    case deny
    /// Goes through, and is flagged.
    case warn
    /// Goes through, and is recorded as asked for.
    case audit
  }

  /// A rule that found something in a call's arguments, and how often; never what.
  public struct Finding: Sendable, Hashable {
    /// A detector's id, `builtin-us-ssn`, or that of a policy's rule.
    public let ruleID: String
    /// `pii`, `secret`, `custom` … as the rule says.
    public let category: String
    /// `detect`, `mask` or `block`.
    public let action: String
    /// How many places; at least 1.
    public let count: Int
  }

  /// What becomes of the call.
  public let effect: Effect
  /// The rule that decided, or a `synthetic:` id; nil for none.
  public let policyID: String?
  /// For people.
  public let reason: String
  /// For programs; empty for none.
  public let reasonCode: String
  /// Rules that were looked at before the decision was made.
  public let evaluatedRules: Int
  /// How long it took to decide and to scan the arguments.
  public let evaluationTime: Duration
  /// Which selectors the deciding rule declares: `none`, `client`, `project` or `both`.
  public let gateMatched: String
  /// Allowed only because there is no policy yet.
  public let isObserveMode: Bool
  /// What knowing the families of tools changed.
  public let matchSemantics: String
  /// Where that changed the rule: the rule without families, and the one with them; else empty.
  public let divergentRuleIDs: [String]
  /// The deciding rule asks for a person's approval.
  public let requiresApproval: Bool
  /// What could not be told about the call.
  public let doubts: [String]
  /// What came of scanning the arguments: `clean`, `findings`, `skipped`, `unavailable` or `mask_unsupported_on_host`.
  public let dataLossStatus: String
  /// Control Zero's word for why: `scan_clean`, `empty_args`, `policy_denied` ….
  public let dataLossReason: String
  /// One for each rule that found something, in the order of their ids.
  public let findings: [Finding]

  /// Whether the call goes through: everything but ``Effect/deny``.
  public var isAllowed: Bool { effect != .deny }

  init(_ decision: Decision, dataLoss: ScanOutcome?, evaluationTime nanoseconds: UInt64) {
    effect = Effect(rawValue: decision.effect.rawValue) ?? .deny
    policyID = decision.policyID.isEmpty ? nil : decision.policyID
    reason = decision.reason
    reasonCode = decision.reasonCode
    evaluatedRules = decision.evaluatedRules
    evaluationTime = .nanoseconds(Int64(clamping: nanoseconds))
    gateMatched = decision.gateMatched.rawValue
    isObserveMode = decision.isObserveMode
    matchSemantics = decision.matchSemantics
    divergentRuleIDs = decision.divergentRuleIDs
    requiresApproval = decision.requiresApproval
    doubts = decision.doubts
    dataLossStatus = dataLoss?.status.rawValue ?? "skipped"
    dataLossReason = dataLoss?.reason ?? ""
    findings =
      dataLoss?.findings.totals.map {
        Finding(ruleID: $0.ruleID, category: $0.category, action: $0.action.rawValue, count: $0.count)
      } ?? []
  }
}
