internal import Audit
internal import Platform
internal import Relay
internal import Synchronization

/// The audit segment of a client, created with its first row; if that fails, the next row tries again.
final class Trail: Sendable {
  private struct State: ~Copyable {
    var segment: AuditSegment?
    var label: PolicyLabel?
    var calls = 0
    var denials = 0
    var isClosed = false
  }

  /// How far a segment was written.
  struct Mark: Sendable {
    let segment: String
    let offset: Int
  }

  let record: CallRecord
  private let stateDirectory: String
  private let startedAt = Trail.now()
  private let state: Mutex<State>

  init(_ record: CallRecord, stateDirectory: String) {
    self.record = record
    self.stateDirectory = stateDirectory
    state = Mutex(State())
  }

  static func now() -> UTCTime { UTCTime(microseconds: WallClock.microseconds()) }

  /// Sets the policy that rows about the session name from now on.
  func name(_ label: PolicyLabel) { state.withLock { $0.label = label } }

  /// Writes a row, durably before it returns: the record survives the death of the program.
  ///
  /// - Parameter isDenied: for a decision, whether it counts as a denial; nil for other rows.
  func write(_ row: AuditRecord, isDenied: Bool? = nil) throws(AuditError) {
    let failure: AuditError? = state.withLock { state in
      do throws(AuditError) {
        guard !state.isClosed else { throw AuditError(.closed, path: stateDirectory) }
        // Rows in a file that is no longer where it was are not on record, so a new segment begins.
        if AuditSegment.isRemoved(state.segment) { state.segment = nil }
        if state.segment == nil { state.segment = try create(state.label) }
        try state.segment?.append(row)
        if let isDenied {
          state.calls += 1
          if isDenied { state.denials += 1 }
        }
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// Writes a row about a change of the policy.
  func write(change code: String, reason: String) throws(AuditError) {
    var row = record.lifecycle("policy_change", code: code, reason: reason, at: Self.now())
    state.withLock { $0.label }?.write(to: &row)
    try write(row)
  }

  private func create(_ label: PolicyLabel?) throws(AuditError) -> AuditSegment {
    try AuditSegment.create(
      in: stateDirectory, at: startedAt, processID: getpid(), reason: "the client started"
    ) { row in
      row.string("session_id", record.sessionID)
      row.string("proxy", "controlzero-swift/\(Version.number)")
      row.string("policy_engine_version", Version.policyEngine)
      row.string("client_name", record.agentName)
      label?.write(to: &row)
      row.string("mode", record.mode)
    }
  }

  /// How far the segment is written; nil if nothing was written yet.
  func mark() -> Mark? {
    let name = state.withLock { $0.segment?.name }
    guard let name else { return nil }
    let size = AuditDirectory(stateDirectory: stateDirectory).status(of: name)?.size
    return size.map { Mark(segment: name, offset: $0) }
  }

  /// Writes the last row, if there is any other.
  func close() throws(AuditError) {
    var row = record.lifecycle("session_end", code: "SESSION_END", reason: "the client was closed", at: Self.now())
    let failure: AuditError? = state.withLock { state in
      defer {
        state.isClosed = true
        state.segment = nil
      }
      guard !state.isClosed else { return nil }
      row.integer("calls", state.calls)
      row.integer("denied", state.denials)
      do throws(AuditError) {
        try state.segment?.append(row)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }
}
