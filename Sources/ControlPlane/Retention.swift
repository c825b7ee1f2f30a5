internal import Audit

/// Removes segments that are old, whose writer is gone, and all of whose records were delivered.
struct Retention {
  private let age: Int64
  private let directory: AuditDirectory
  private var nextLook = Int64.min

  private static let interval: Int64 = 3600

  /// - Parameter seconds: how long a segment is kept after its last row.
  init(_ directory: AuditDirectory, seconds: Int64) {
    self.directory = directory
    age = seconds
  }

  /// - Parameters:
  ///   - now: UNIX seconds.
  ///   - isDelivered: whether all receivers have all of a segment whose writer is gone.
  /// - Returns: the names that were removed.
  mutating func run(
    _ segments: [String], at now: Int64, isDelivered: (String) -> Bool
  ) throws(SyncError) -> [String] {
    guard now >= nextLook else { return [] }
    nextLook = now + Self.interval
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
