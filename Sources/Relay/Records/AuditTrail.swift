import Audit
import DataLoss
import Digest
import Platform
import Policy
import Wire

/// Records what a session does: facts in, rows of the audit segment out.
///
/// The segment is created with the first row; if that fails, the next row tries again.
struct AuditTrail: ~Copyable {
  /// What every row repeats or the first one reports.
  struct Identity {
    let server: ServerName
    let command: [String]
    let processID: Int32
    let stateDirectory: String
    private(set) var session: DecisionRow.Session
    private(set) var policy: PolicyLabel
    var toolsLockHash: String?

    /// - Parameters:
    ///   - projectID: that of the call's context, if the policy names none.
    ///   - loaded: the policy in force.
    init(
      server: ServerName, command: [String], sessionID: String, processID: Int32, stateDirectory: String,
      clientName: String, projectID: String, mode: String, _ loaded: PolicySource.Loaded
    ) {
      self.server = server
      self.command = command
      self.processID = processID
      self.stateDirectory = stateDirectory
      session = DecisionRow.Session(
        id: sessionID, mode: mode, policySource: loaded.policy.source.rawValue,
        enforcementStatus: loaded.policy.enforcementStatus, projectID: loaded.projectID ?? projectID,
        clientName: clientName, subjectOrigin: "mcp_proxy")
      policy = PolicyLabel(loaded)
    }

    mutating func takePolicy(_ loaded: PolicySource.Loaded) {
      policy = PolicyLabel(loaded)
      session.policySource = policy.source
      session.enforcementStatus = loaded.policy.enforcementStatus
      session.projectID = loaded.projectID ?? session.projectID
    }
  }

  private var identity: Identity
  private var segment: AuditSegment?
  /// When somebody last looked whether the segment is still in its place; monotonic, in nanoseconds.
  private var lookedAt: UInt64 = 0
  /// The minimum time between two such looks, each of which is a walk along the whole path.
  private static let lookInterval: UInt64 = 1_000_000
  private var decisions = 0
  private var denials = 0
  private var refusals = 0

  init(_ identity: Identity) {
    self.identity = identity
  }

  /// Writes the first row.
  mutating func open() throws(AuditError) {
    let now = MonotonicClock.nanoseconds()
    if now &- lookedAt >= Self.lookInterval {
      lookedAt = now
      // Rows in a file that is no longer where it was are not on record.
      if AuditSegment.isRemoved(segment) { segment = nil }
    }
    guard segment == nil else { return }
    let identity = identity
    let created = try AuditSegment.create(
      in: identity.stateDirectory, at: Self.now(), processID: identity.processID
    ) { record in
      record.string("session_id", identity.session.id)
      record.string("proxy", "czproxy/\(Version.number)")
      record.string("policy_engine_version", Version.policyEngine)
      record.string("server", identity.server.description)
      record.strings("server_command", identity.command.prefix(64).map { Array($0.utf8.prefix(1024)) })
      identity.policy.write(to: &record)
      record.string("mode", identity.session.mode)
      if let hash = identity.toolsLockHash { record.string("tools_lock_hash", hash) }
    }
    segment = consume created
  }

  /// Writes the records of lines in one write: after an error none of them is on record.
  mutating func write(_ lines: [JudgedLine]) throws(AuditError) {
    guard lines.contains(where: { !$0.step.records.isEmpty }) else { return }
    try open()
    for judged in lines {
      for record in judged.step.records {
        let row = row(record, line: judged.line)
        try segment?.add(row)
      }
    }
    try segment?.write()
    for judged in lines { judged.step.records.forEach { count($0) } }
  }

  private mutating func count(_ record: SessionRecord) {
    switch record {
    case .decision(let judged):
      if !judged.call.isRetry { decisions += 1 }
      if judged.isBlocked { denials += 1 }
    case .refusal: refusals += 1
    case .outcome, .observation, .listEdit: break
    }
  }

  private func row(_ record: SessionRecord, line: ArraySlice<UInt8>) -> AuditRecord {
    var row =
      switch record {
      case .decision(let judged): judged.record(identity.session, server: identity.server, at: Self.now())
      case .outcome(let outcome): outcomeRow(outcome)
      case .observation(let observation): observationRow(observation)
      case .listEdit(let edit): listRow(edit)
      case .refusal(let refusal): refusalRow(refusal)
      }
    row.string("line_sha256", SHA256.hexadecimal(of: line.span))
    return row
  }

  /// Records a change of the policy in force. Later rows name the new one.
  mutating func write(_ change: PolicyKeeper.Change, inForce loaded: PolicySource.Loaded) throws(AuditError) {
    identity.takePolicy(loaded)
    guard segment != nil else { return }
    var row = lifecycleRow("policy_change", reason: change.reason, code: change.code.rawValue)
    row.string("policy_source", identity.policy.source)
    row.string("policy_hash", identity.policy.hash)
    row.integer("policy_rules", identity.policy.ruleCount)
    try append(row)
  }

  /// Writes the last row.
  mutating func close(status: Int32, reason: String) throws(AuditError) {
    guard segment != nil else { return }
    var row = lifecycleRow("session_end", reason: reason, code: "SESSION_END")
    row.integer("exit_status", Int(status))
    row.integer("calls", decisions)
    row.integer("denied", denials)
    row.integer("refused_lines", refusals)
    try append(row)
  }

  private mutating func append(_ row: consuming AuditRecord) throws(AuditError) {
    try open()
    try segment?.append(row)
  }

  private static func now() -> UTCTime { UTCTime(microseconds: WallClock.microseconds()) }

  // MARK: Rows that are not decisions

  private func lifecycleRow(_ event: String, reason: String, code: String) -> AuditRecord {
    var row = AuditRecord(at: Self.now(), decision: "audit", event: event)
    row.string("tool", identity.server.description)
    row.string("method", "session")
    row.string("policy_id", "<lifecycle>")
    row.string("reason", reason)
    row.string("reason_code", code)
    row.string("session_id", identity.session.id)
    return row
  }

  /// A row about a method or a tool, to which the details are added.
  private func row(_ event: String, method: [UInt8], policyID: String = "<lifecycle>") -> AuditRecord {
    var row = AuditRecord(at: Self.now(), decision: "audit", event: event)
    row.string("tool", identity.server.description)
    row.string("method", bytes: method)
    row.string("policy_id", policyID)
    row.string("session_id", identity.session.id)
    return row
  }

  private func outcomeRow(_ outcome: SessionRecord.Outcome) -> AuditRecord {
    var row = row("outcome", method: outcome.tool)
    row.string("request_id", bytes: outcome.id.json)
    row.integer("duration_ns", outcome.duration)
    row.integer("bytes", outcome.bytes)
    switch outcome.ending {
    case .result(let isError):
      row.boolean("is_error", isError)
    case .error(let code):
      row.boolean("is_error", true)
      if let code { row.integer("error_code", code) }
    case .late:
      row.boolean("cancelled", true)
    }
    RecordColumns.writeOutput(outcome.dataLoss, to: &row)
    RecordColumns.write(outcome.withholding, to: &row)
    return row
  }

  private func observationRow(_ observation: SessionRecord.Observation) -> AuditRecord {
    let found = observation.dataLoss
    var row = row(
      "dlp_output_observation", method: RecordColumns.method(observation.method, found),
      policyID: "<output-observation>")
    if let id = observation.id, !found.isInName { row.string("request_id", bytes: id.json) }
    row.integer("bytes", observation.bytes)
    RecordColumns.writeOutput(observation.dataLoss, to: &row)
    RecordColumns.write(observation.withholding, to: &row)
    return row
  }

  private func listRow(_ edit: SessionRecord.ListEdit) -> AuditRecord {
    var row = row("list_edited", method: edit.method)
    row.string("request_id", bytes: edit.id.json)
    row.integer("hidden", edit.hidden)
    return row
  }

  private func refusalRow(_ refusal: SessionRecord.Refusal) -> AuditRecord {
    var row = lifecycleRow("refusal", reason: refusal.reason, code: "MALFORMED_LINE")
    row.string("from", refusal.from.rawValue)
    row.integer("offset", refusal.offset)
    row.integer("bytes", refusal.bytes)
    if let id = refusal.id { row.string("request_id", bytes: id.json) }
    return row
  }
}
