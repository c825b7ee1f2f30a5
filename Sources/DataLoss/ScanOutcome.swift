/// What scanning a call's arguments led to (Control Zero 1.13.16, "DLP: order and gating").
public struct ScanOutcome: Sendable, Equatable {
  public enum Status: String, Sendable {
    case clean, findings, skipped, unavailable
    case maskUnsupported = "mask_unsupported_on_host"
  }

  public var status: Status
  /// Control Zero's word for why.
  public var reason: String
  public var findings = Findings()
  /// Why the call is denied, for people; nil where it goes on.
  public var denial: String?
  /// What masks the arguments: changes of the document that they stand in; empty where they go on as they came.
  public var edits: [ByteEdit] = []
  /// What became of the texts that rules mask.
  public var maskState = Finding.MaskState.notApplicable

  init(_ status: Status, _ reason: String, denial: String? = nil) {
    self.status = status
    self.reason = reason
    self.denial = denial
  }

  /// Of a call that the policy denies.
  public static let policyDenied = ScanOutcome(.skipped, "policy_denied")
  /// Of a call that no rule could be asked about.
  public static let evaluatorError = ScanOutcome(.skipped, "evaluator_error")
}
