package import Audit
package import DataLoss
package import Policy
import Wire

/// The columns that records of the relay and of the library share, under the names of Control Zero's local audit log
/// (1.13.16, "Audit").
package enum RecordColumns {
  /// The maximum number of matches that a row lists; `details` counts them all.
  private static let listed = 100

  /// A method as a record names it: only one of the protocol's, if a match is in what identifies the message.
  static func method(_ method: [UInt8], _ outcome: ScanOutcome) -> [UInt8] {
    outcome.isInName && MethodRole(of: method, from: .server) == .unknown ? redactedMethod : method
  }

  private static let redactedMethod = Array("<redacted-method>".utf8)

  /// Writes the columns of a call's arguments.
  package static func writeInput(_ outcome: ScanOutcome, to row: inout AuditRecord) {
    row.object("dlp_outcome") { writer in
      writer.string("status", outcome.status.rawValue)
      writer.string("reason", outcome.reason)
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

  /// Writes the columns of what came back.
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

  /// Writes why what came back was not passed on.
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
