internal import Audit
internal import Wire

/// The records that wait for one receiver: rows of segments after a cursor, encoded.
///
/// A segment's cursor is a file beside it, `<segment>.<receiver>-cursor`: the offset up to which everything was
/// delivered or set aside. It moves once the receiver has accepted: a record may be sent twice, but not left out.
struct Outbox {
  /// A record that is ready to send.
  struct Entry {
    let segment: String
    /// The start and end of its row in the segment.
    let start: Int
    let end: Int
    let bytes: [UInt8]
  }

  private struct Progress {
    var delivered: Int
    /// How far rows were counted, and how many of those after `delivered` become entries.
    var scanned: Int
    var waiting = 0
    /// Its size in bytes when its writer was gone and all of it was delivered: nothing more can come. Nil before.
    var finishedSize: Int?
  }

  /// The body for the service: `{"entries":[…]}`.
  static func serviceBody(of batch: ArraySlice<Entry>) -> [UInt8] {
    Array(#"{"entries":["#.utf8) + batch.map { $0.bytes }.joined(separator: [UInt8(ascii: ",")]) + Array("]}".utf8)
  }

  static let maxEntries = 500
  private static let maxBatchBytes = 1 << 20

  let receiver: SyncPlan.Receiver
  let directory: AuditDirectory
  private let encode: (JSONDocument) -> RowEncoding
  private var progress: [String: Progress] = [:]
  /// Why segments could not be read in the last scan, or what is delivered of them could not be noted.
  private(set) var unreadable: [SyncError] = []

  /// The entries being delivered, oldest first, and the search that decides which of them go next.
  private var pending: [Entry] = []
  private var search = FaultSearch()

  init(
    _ receiver: SyncPlan.Receiver, _ directory: AuditDirectory, encode: @escaping (JSONDocument) -> RowEncoding
  ) {
    self.receiver = receiver
    self.directory = directory
    self.encode = encode
  }

  /// - Parameter sender: who the records for the service are from.
  init(_ receiver: SyncPlan.Receiver, _ directory: AuditDirectory, from sender: Sender) {
    self.init(receiver, directory) { row in
      receiver == .service ? ServiceEntry.encode(row, from: sender) : TelemetryRecord.encode(row)
    }
  }

  var waiting: Int { progress.values.reduce(0) { $0 + $1.waiting } }

  /// All segments of a directory.
  static func segments(of directory: AuditDirectory) throws(SyncError) -> [String] {
    do throws(AuditError) {
      return try directory.segments()
    } catch {
      throw SyncError(error.description)
    }
  }

  func isFinished(_ segment: String) -> Bool { progress[segment]?.finishedSize != nil }

  static func cursorSuffix(_ receiver: SyncPlan.Receiver) -> String { ".\(receiver.rawValue)-cursor" }
  static let refusedName = "refused.jsonl"

  // MARK: Looking

  /// Counts new records.
  ///
  /// - Parameters:
  ///   - segments: all that exist.
  ///   - live: those whose writer is alive.
  mutating func scan(_ segments: [String], live: Set<String>) throws(SyncError) {
    let present = Set(segments)
    for segment in progress.keys where !present.contains(segment) { progress[segment] = nil }
    unreadable = []
    for segment in segments {
      var state = progress[segment] ?? start(segment)
      // A finished segment that still grows has a writer that could not lock it.
      let size = directory.status(of: segment)?.size
      if let finished = state.finishedSize, finished == size { continue }
      if let size, size < state.scanned {
        // A write that a full disk cut short was undone after its rows were read: other rows take their place.
        state = start(segment)
        (pending, search) = ([], FaultSearch())
      }
      do throws(SyncError) {
        // What can't be noted as delivered would be sent again and again.
        if progress[segment] == nil, let size, size > state.delivered { try move(segment, to: state.delivered) }
        try count(segment, &state)
        if state.waiting == 0, state.delivered < state.scanned {
          try move(segment, to: state.scanned)
          state.delivered = state.scanned
        }
      } catch {
        // The segment may belong to another user; the records of other segments need not wait for it.
        unreadable.append(error)
        progress[segment] = nil
        continue
      }
      let isFinished = state.waiting == 0 && !live.contains(segment)
      // The size from before the rows were counted: whatever came since shows next time.
      state.finishedSize = isFinished ? size : nil
      progress[segment] = state
    }
  }

  /// The number of waiting records in all segments; moves no cursor.
  func countAll(_ segments: [String]) -> Int {
    var total = 0
    for segment in segments {
      var state = start(segment)
      // What can't be read also waits, but nobody knows how much it is.
      try? count(segment, &state)
      total += state.waiting
    }
    return total
  }

  /// The number of waiting records of a segment before an offset; moves no cursor.
  func waiting(in segment: String, before offset: Int) throws(SyncError) -> Int {
    var waiting = 0
    try forEachRow(of: segment, from: cursor(segment)) { row in
      guard row.end <= offset else { return false }
      if encoding(of: row) != .nothing { waiting += 1 }
      return true
    }
    return waiting
  }

  /// Also counts rows that the receiver can't be given: they are set aside when their turn comes.
  private func count(_ segment: String, _ state: inout Progress) throws(SyncError) {
    var (scanned, waiting) = (state.scanned, state.waiting)
    try forEachRow(of: segment, from: scanned) { row in
      scanned = row.end
      if encoding(of: row) != .nothing { waiting += 1 }
      return true
    }
    (state.scanned, state.waiting) = (scanned, waiting)
  }

  private func start(_ segment: String) -> Progress {
    let offset = cursor(segment)
    return Progress(delivered: offset, scanned: offset)
  }

  private func encoding(of row: AuditDirectory.Row) -> RowEncoding {
    guard let text = row.text else { return .unusable("it is longer than \(AuditDirectory.maxRowBytes) bytes") }
    do throws(JSONError) {
      return encode(try JSONDocument(parsing: text))
    } catch {
      return .unusable("it is not JSON: \(error)")
    }
  }

  func forEachRow(
    of segment: String, from offset: Int, _ body: (AuditDirectory.Row) -> Bool
  ) throws(SyncError) {
    do throws(AuditError) {
      try directory.forEachRow(of: segment, from: offset, body)
    } catch {
      throw SyncError(error.description)
    }
  }

  // MARK: Delivering

  /// The entries to send next: the same until they are accepted; fewer while a record at fault is searched for.
  mutating func batch() throws(SyncError) -> ArraySlice<Entry> {
    if pending.isEmpty { try fill() }
    return pending.isEmpty ? [] : pending[search.next(of: pending.count)]
  }

  /// Scans everything again, from the cursors on: files may have changed.
  mutating func recount() throws(SyncError) {
    let segments = progress.keys.sorted()
    progress = [:]
    (pending, search) = ([], FaultSearch())
    try scan(segments, live: Set(segments))
  }

  /// Processes the receiver's answer to the last batch, of `count` entries: moves the cursors past what is delivered,
  /// and sets aside what never will be.
  mutating func settle(_ outcome: DeliveryOutcome, _ count: Int) throws(SyncError) -> DeliveryVerdict {
    let verdict = search.verdict(on: outcome, sent: count, of: pending.count)
    switch verdict {
    case .delivered: try accept(count)
    case .firstIsAtFault(let error): try setFirstAside(error)
    // By the next attempt, more records may have come that can show where the fault is.
    case .failed: (pending, search) = ([], FaultSearch())
    case .unclear, .unauthorised: break
    }
    return verdict
  }

  private mutating func accept(_ count: Int) throws(SyncError) {
    let accepted = pending.prefix(count)
    pending.removeFirst(accepted.count)
    // One write per segment.
    for (index, entry) in accepted.enumerated() {
      let isLast = index + 1 == accepted.count || accepted[accepted.startIndex + index + 1].segment != entry.segment
      try advance(past: entry, persists: isLast)
    }
  }

  private mutating func setFirstAside(_ error: ControlPlaneError) throws(SyncError) {
    guard let entry = pending.first else { return }
    try setAside(entry.segment, entry.start..<entry.end, error.message, status: error.status)
    pending.removeFirst()
    try advance(past: entry, persists: true)
  }

  private mutating func advance(past entry: Entry, persists: Bool) throws(SyncError) {
    if persists { try move(entry.segment, to: entry.end) }
    progress[entry.segment]?.delivered = entry.end
    progress[entry.segment]?.waiting -= 1
  }

  /// Takes the oldest entries; sets aside rows that can't become entries on the way.
  private mutating func fill() throws(SyncError) {
    var total = 0
    for segment in progress.keys.sorted() {
      guard let state = progress[segment], state.waiting > 0 else { continue }
      var entries: [Entry] = []
      var failure: SyncError?
      var start = state.delivered
      var passed = state.delivered
      var dropped = 0
      try forEachRow(of: segment, from: state.delivered) { row in
        guard row.end <= state.scanned, pending.count + entries.count < Self.maxEntries, total < Self.maxBatchBytes
        else {
          return false
        }
        defer { start = row.end }
        switch encoding(of: row) {
        case .nothing: break
        case .entry(let bytes):
          total += bytes.count
          entries.append(Entry(segment: segment, start: start, end: row.end, bytes: bytes))
        case .unusable(let reason):
          // Only before everything that waits, so that the cursor can pass the row.
          guard entries.isEmpty else { return false }
          do throws(SyncError) {
            try setAside(segment, start..<row.end, reason, status: nil)
          } catch {
            failure = error
            return false
          }
          dropped += 1
          passed = row.end
        }
        return true
      }
      if let failure { throw failure }
      if dropped > 0 {
        try move(segment, to: passed)
        progress[segment]?.delivered = passed
        progress[segment]?.waiting -= dropped
      }
      pending += entries
      guard pending.count < Self.maxEntries, total < Self.maxBatchBytes else { return }
    }
  }
}
