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
    /// Goes through, and the record says that an audit was asked for.
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
  /// The id of the rule that decided, or a `synthetic:` id; nil for none.
  public let policyID: String?
  /// The reason, for people.
  public let reason: String
  /// The code of the reason, for programs; empty for none.
  public let reasonCode: String
  /// How many rules were looked at before the decision was made.
  public let evaluatedRules: Int
  /// How long it took to decide and to scan the arguments.
  public let evaluationTime: Duration
  /// Which selectors the deciding rule declares: `none`, `client`, `project` or `both`.
  public let gateMatched: String
  /// Whether the call is allowed only because there is no policy yet.
  public let isObserveMode: Bool
  /// What difference the families of tools made to the match.
  public let matchSemantics: String
  /// If the families changed which rule decides, the rule without them and the one with them; otherwise empty.
  public let divergentRuleIDs: [String]
  /// Whether the deciding rule asks for a person's approval.
  public let requiresApproval: Bool
  /// What could not be determined about the call.
  public let doubts: [String]
  /// The result of scanning the arguments: `clean`, `findings`, `skipped`, `unavailable` or `mask_unsupported_on_host`.
  public let dataLossStatus: String
  /// Control Zero's word for the reason of that result: `scan_clean`, `empty_args`, `policy_denied` ….
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
