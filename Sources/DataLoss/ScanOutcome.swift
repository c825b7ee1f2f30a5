public import Wire

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
  /// The values among them that were no strings, and now are.
  package var retyped: [JSONDocument.Node] = []
  /// What became of the texts that rules mask.
  public var maskState = Finding.MaskState.notApplicable
  /// Whether any of it stands in what the message itself is known by, which is then not put on record.
  public var isInName = false

  init(_ status: Status, _ reason: String, denial: String? = nil) {
    self.status = status
    self.reason = reason
    self.denial = denial
  }

  /// Denies a call whose arguments could be masked, for they could not be used then.
  package mutating func refuseMasking(_ reason: String) {
    self.reason = "mask_residual_blocked"
    denial = reason
    edits = []
    retyped = []
    maskState = .notApplied
  }

  /// Takes in what scanning something else of the same line led to.
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
  /// Of a call that no rule could be asked about.
  public static let evaluatorError = ScanOutcome(.skipped, "evaluator_error")

  /// Writes `{"status", "reason", "findings"}`, the last only where there are any.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("status")
    writer.string(status.rawValue)
    writer.key("reason")
    writer.string(reason)
    if !findings.isEmpty {
      writer.key("findings")
      writer.beginArray()
      for finding in findings.all { finding.write(to: &writer) }
      writer.endArray()
    }
    writer.endObject()
  }
}
