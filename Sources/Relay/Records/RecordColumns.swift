package import Audit
package import DataLoss
package import Policy
import Wire

/// The columns that the records of the relay and of the library have in common, under the names of Control Zero's local
/// audit log (1.13.16, "Audit").
package enum RecordColumns {
  /// What stands for the name of an argument that is not to be put on record.
  package static let redactedKey = Array("<redacted-key>".utf8)

  /// Matches that a row lists; `details` counts them all.
  private static let listed = 100

  // MARK: Decisions

  /// The part of the engine that a decision comes from.
  package static func origin(of decision: Decision) -> String {
    switch decision.origin {
    case .unavailable: return "evaluator_error"
    case .quarantine: return decision.reasonCode == "BUNDLE_TAMPERED" ? "tamper_denied" : "tamper_quarantine"
    case .noRule: return "evaluator_no_match_default"
    case .rule, .noRecord, .notGoverned: break
    }
    return switch decision.reasonCode {
    case "BUNDLE_MISSING": "no_evaluator_configured"
    case "NO_ACTIVE_POLICIES", "OBSERVE_MODE_NO_POLICY": "evaluator_empty_bundle"
    default: "evaluator_matched_rule"
    }
  }

  /// Whether the decision was acted on, and by whom.
  package static func writeEnforcement(
    status: String, reason: String, isEnforced: Bool, host: String, to row: inout AuditRecord
  ) {
    row.object("enforcement") { writer in
      writer.key("status")
      writer.string(status)
      writer.key("reason")
      writer.string(reason)
      writer.key("enforced")
      writer.boolean(isEnforced)
      writer.key("enforcement_tier")
      writer.string("")
      writer.key("family_covered")
      writer.boolean(false)
      writer.key("host")
      writer.string(host)
      writer.key("tool_family")
      writer.string("")
      writer.key("event")
      writer.string("deciding")
    }
    row.boolean("enforced", isEnforced)
    row.string("enforcement_outcome", status)
    row.string("enforcement_reason", reason)
  }

  // MARK: Scans

  /// A method as a record names it: where something was found in what a message is known by, only one of the protocol's.
  static func method(_ method: [UInt8], _ outcome: ScanOutcome) -> [UInt8] {
    outcome.isInName && MethodRole(of: method, from: .server) == .unknown ? redactedMethod : method
  }

  private static let redactedMethod = Array("<redacted-method>".utf8)

  /// Of a call's arguments.
  package static func writeInput(_ outcome: ScanOutcome, to row: inout AuditRecord) {
    row.object("dlp_outcome") { writer in
      writer.key("status")
      writer.string(outcome.status.rawValue)
      writer.key("reason")
      writer.string(outcome.reason)
      writer.key("details")
      outcome.findings.writeDetails(to: &writer)
    }
    row.string("dlp_status", outcome.status.rawValue)
    row.string("dlp_reason", outcome.reason)
  }

  package static func writeMasking(_ outcome: ScanOutcome, isObserved: Bool = false, to row: inout AuditRecord) {
    row.string("dlp_mask_state", outcome.maskState.rawValue)
    if !outcome.edits.isEmpty, !isObserved { row.boolean("dlp_masked", true) }
    if !outcome.findings.isEmpty { writeFindings("dlp_findings", outcome, to: &row) }
  }

  /// Of what came back.
  package static func writeOutput(_ outcome: ScanOutcome, to row: inout AuditRecord) {
    row.boolean("dlp_output_scanned", outcome.status != .skipped && outcome.status != .unavailable)
    row.string("dlp_output_status", outcome.status.rawValue)
    row.string("dlp_output_reason", outcome.reason)
    row.string(
      "dlp_output_effect",
      outcome.denial != nil ? "withheld" : outcome.edits.isEmpty ? "recorded_only" : "masked")
    guard !outcome.findings.isEmpty else { return }
    row.member("dlp_output_details") { outcome.findings.writeDetails(to: &$0) }
    writeFindings("dlp_output_findings", outcome, to: &row)
  }

  /// Why what came back was not passed on.
  package static func write(_ withholding: Withholding?, to row: inout AuditRecord) {
    guard let withholding else { return }
    row.string("withheld_code", withholding.code.rawValue)
    row.string("withheld_reason", withholding.reason)
  }

  private static func writeFindings(_ key: StaticString, _ outcome: ScanOutcome, to row: inout AuditRecord) {
    row.array(key) { writer in
      for finding in outcome.findings.all.prefix(listed) { finding.write(to: &writer) }
    }
  }
}
