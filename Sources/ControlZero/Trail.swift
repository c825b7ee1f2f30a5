internal import Audit
internal import Relay
internal import Synchronization
internal import System

/// The audit segment of a client: created with its first row, and again tried for the next one where that fails.
final class Trail: Sendable {
  private struct State: ~Copyable {
    var segment: AuditSegment?
    var isClosed = false
  }

  /// How far a segment was written.
  struct Mark: Sendable {
    let segment: String
    let offset: Int
  }

  let record: CallRecord
  private let stateDirectory: String
  private let state: Mutex<State>

  init(_ record: CallRecord, stateDirectory: String) {
    self.record = record
    self.stateDirectory = stateDirectory
    state = Mutex(State())
  }

  static func now() -> UTCTime { UTCTime(microseconds: WallClock.microseconds()) }

  /// Durable before it returns: the record survives the death of the program.
  func write(_ row: AuditRecord) throws(AuditError) {
    let failure: AuditError? = state.withLock { state in
      do throws(AuditError) {
        guard !state.isClosed else { throw AuditError(.closed, path: stateDirectory) }
        if state.segment == nil { state.segment = try create() }
        try state.segment?.append(row)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  private func create() throws(AuditError) -> AuditSegment {
    try AuditSegment.create(in: stateDirectory, at: Self.now(), processID: getpid()) { row in
      row.string("session_id", record.sessionID)
      row.string("proxy", "controlzero-swift/\(Version.number)")
      row.string("policy_engine_version", Version.policyEngine)
      row.string("client_name", record.agentName)
      row.string("mode", record.mode)
    }
  }

  /// Nil where nothing was written yet.
  func mark() -> Mark? {
    let name = state.withLock { $0.segment?.name }
    guard let name else { return nil }
    let size = AuditDirectory(stateDirectory: stateDirectory).status(of: name)?.size
    return size.map { Mark(segment: name, offset: $0) }
  }

  /// Writes the last row.
  func close() {
    let row = record.lifecycle("session_end", code: "SESSION_END", reason: "the client was closed", at: Self.now())
    state.withLock { state in
      if !state.isClosed { try? state.segment?.append(row) }
      state.isClosed = true
      state.segment = nil
    }
  }
}
