public import Wire

/// The result of scanning a call's arguments (Control Zero 1.13.16, "DLP: order and gating").
public struct ScanOutcome: Sendable, Equatable {
  public enum Status: String, Sendable {
    case clean, findings, skipped, unavailable
    case maskUnsupported = "mask_unsupported_on_host"
  }

  public var status: Status
  /// Control Zero's word for the reason.
  public var reason: String
  public var findings = Findings()
  /// Why the call is denied, for people; nil if it goes on.
  public var denial: String?
  /// The edits that mask the arguments, in the document that contains them; empty if the arguments go on unchanged.
  public var edits: [ByteEdit] = []
  /// The masked values that were not strings and now are.
  package var retyped: [JSONDocument.Node] = []
  /// What happened to the texts that rules mask.
  public var maskState = Finding.MaskState.notApplicable
  /// Whether a finding is in what identifies the message, which is then not recorded.
  public var isInName = false

  init(_ status: Status, _ reason: String, denial: String? = nil) {
    self.status = status
    self.reason = reason
    self.denial = denial
  }

  /// Denies a call whose arguments could be masked but could not be used then.
  package mutating func refuseMasking(_ reason: String) {
    self.reason = "mask_residual_blocked"
    denial = reason
    edits = []
    retyped = []
    maskState = .notApplied
  }

  /// Adds the result of scanning another part of the same line.
  package mutating func add(_ other: ScanOutcome) {
    findings.add(other.findings)
    if other.denial != nil || (status != .findings && other.status == .findings) {
      status = other.status
      reason = other.reason
    }
    denial = denial ?? other.denial
    edits = denial == nil ? (edits + other.edits).sorted { $0.range.lowerBound < $1.range.lowerBound } : []
    if other.maskState != .notApplicable { maskState = other.maskState }
  }

  /// Why a call that goes no further is not scanned.
  public enum Denial: String, Sendable {
    case policyDenied = "policy_denied"
    case tamperDenied = "tamper_denied"
    case tamperQuarantine = "tamper_quarantine"
  }

  public static func skipped(_ denial: Denial) -> ScanOutcome { ScanOutcome(.skipped, denial.rawValue) }
  /// The outcome of a call about which no rule could be consulted.
  public static let evaluatorError = ScanOutcome(.skipped, "evaluator_error")

  /// Writes `{"status", "reason", "findings"}`, the last only if there are any.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.string("status", status.rawValue)
    writer.string("reason", reason)
    if !findings.isEmpty {
      writer.beginArray("findings")
      for finding in findings.all { finding.write(to: &writer) }
      writer.endArray()
    }
    writer.endObject()
  }
}
