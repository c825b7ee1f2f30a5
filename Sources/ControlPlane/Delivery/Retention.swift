internal import Audit

/// Removes segments that are old, whose writer is gone, and whose records were all delivered.
struct Retention {
  private let age: Int64
  private let directory: AuditDirectory
  private var lookedAt: Int64?

  private static let interval: Int64 = 3600

  /// - Parameter seconds: how long a segment is kept after its last row.
  init(_ directory: AuditDirectory, seconds: Int64) {
    self.directory = directory
    age = seconds
  }

  /// - Parameters:
  ///   - now: UNIX seconds, not later than the true time.
  ///   - isDelivered: whether every receiver has all of a segment whose writer is gone.
  /// - Returns: the names that were removed.
  mutating func run(
    _ segments: [String], at now: Int64, isDelivered: (String) -> Bool
  ) throws(SyncError) -> [String] {
    // A clock that was set back must not prevent the check.
    if let lookedAt, (0..<Self.interval).contains(now - lookedAt) { return [] }
    lookedAt = now
    var removed: [String] = []
    for segment in segments where isDelivered(segment) {
      guard let status = directory.status(of: segment), now - status.modifiedAt > age,
        !directory.isLocked(segment)
      else { continue }
      do throws(AuditError) {
        try RemovedSegments(directory).remove(
          segment, at: UTCTime(microseconds: now * 1_000_000),
          sidecars: SyncPlan.Receiver.allCases.map(Outbox.cursorSuffix))
      } catch {
        throw SyncError(error.description)
      }
      removed.append(segment)
    }
    return removed
  }
}
