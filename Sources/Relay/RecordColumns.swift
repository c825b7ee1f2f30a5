package import Audit
package import DataLoss

/// The columns of a record that tell of scans, for programs that write records of their own.
package enum RecordColumns {
  /// Of a call's arguments.
  package static func writeInput(_ outcome: ScanOutcome, to row: inout AuditRecord) {
    DataLossColumns.write(outcome, to: &row)
  }

  package static func writeMasking(_ outcome: ScanOutcome, to row: inout AuditRecord) {
    DataLossColumns.writeMasking(outcome, isObserved: false, to: &row)
  }

  /// Of what came back.
  package static func writeOutput(_ outcome: ScanOutcome, to row: inout AuditRecord) {
    DataLossColumns.writeOutput(outcome, to: &row)
  }
}
