import Audit
import DataLoss
import Wire

/// What a row says of a scan, under the names of Control Zero's local audit log (1.13.16, "Audit").
enum DataLossColumns {
  /// Matches that a row lists; `details` counts them all.
  private static let listed = 100

  /// Of a call's arguments.
  static func write(_ outcome: ScanOutcome, to row: inout AuditRecord) {
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

  static func writeMasking(_ outcome: ScanOutcome, isObserved: Bool, to row: inout AuditRecord) {
    row.string("dlp_mask_state", outcome.maskState.rawValue)
    if !outcome.edits.isEmpty, !isObserved { row.boolean("dlp_masked", true) }
    if !outcome.findings.isEmpty { writeFindings("dlp_findings", outcome, to: &row) }
  }

  /// Of what a server sent.
  static func writeOutput(_ outcome: ScanOutcome, to row: inout AuditRecord) {
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

  private static func writeFindings(_ key: StaticString, _ outcome: ScanOutcome, to row: inout AuditRecord) {
    row.array(key) { writer in
      for finding in outcome.findings.all.prefix(listed) { finding.write(to: &writer) }
    }
  }
}
