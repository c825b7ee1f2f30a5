import Digest
internal import Platform
import Wire

/// A segment that this process writes: append-only JSON Lines, chained, each row handed to the system by write(2)
/// before `append` returns.
///
/// So a row survives the death of this process, from any cause, and of the host that started it, but not a loss of
/// power. The segment is locked while it is open.
public struct AuditSegment: ~Copyable {
  public let name: String

  private let file: AuditFile
  private let place: NamedFile
  private let headFile: AuditFile
  private var chain: HashChain
  /// The chain after the rows that wait to be written.
  private var next: HashChain
  private var waiting: [UInt8] = []
  private var length = 0
  private var isClosed = false

  /// How many other segments the first row names, newest first; of more, only the number and digest are recorded. As
  /// many again if the clock was once ahead: names from that time sort after ours.
  private static let namedSegments = 16

  private init(name: String, file: consuming AuditFile, headFile: consuming AuditFile, anchor: String) {
    self.name = name
    place = NamedFile(file.path)
    self.file = file
    self.headFile = headFile
    chain = HashChain(hash: anchor)
    next = chain
  }

  /// Creates a segment in the state directory, which is created if it is missing.
  ///
  /// - Parameters:
  ///   - processID: part of the name, for people.
  ///   - reason: what began, for people.
  ///   - describe: adds to the first row what the proxy knows about itself.
  public static func create(
    in stateDirectory: String, at time: UTCTime, processID: Int32, reason: String = "the proxy started",
    describe: (inout AuditRecord) -> Void
  ) throws(AuditError) -> AuditSegment {
    let directory = AuditDirectory(stateDirectory: stateDirectory)
    for path in [stateDirectory, directory.path] { try Self.makeDirectory(path) }
    let others = try directory.segments()

    let unique = Hexadecimal.text(RandomBytes.array(4))
    let name = "\(AuditDirectory.prefix)\(time.compact)-\(processID)-\(unique)\(AuditDirectory.suffix)"
    let path = directory.path(of: name)
    var record = AuditRecord(at: time, decision: "audit", event: "session_start")
    record.string("tool", "czproxy")
    record.string("method", "session")
    record.string("policy_id", "<lifecycle>")
    record.string("reason", reason)
    record.string("reason_code", "SESSION_START")
    describe(&record)
    Self.put(others, around: name, in: directory, on: &record)
    let anchorFile = try AuditFile(creating: path + ".anchor", appending: true)
    do {
      return try begin(path, anchorFile, name: name, with: record)
    } catch {
      // Without a row they would look like a segment that lost its rows, and each call on a full disk would add more.
      for suffix in ["", ".anchor", ".head"] { AuditFile.remove(path + suffix) }
      throw error
    }
  }

  /// Creates a segment, after the files beside it, and writes its first row.
  ///
  /// At whatever step the process is killed, what it leaves verifies as whole: a head that names row 0 says that there
  /// may be no row yet.
  private static func begin(
    _ path: String, _ anchorFile: borrowing AuditFile, name: String, with record: consuming AuditRecord
  ) throws(AuditError) -> AuditSegment {
    let anchor = Hexadecimal.text(RandomBytes.array(32))
    try write(Array(anchor.utf8), to: anchorFile)
    let headFile = try AuditFile(creating: path + ".head", appending: false)
    try write(SegmentHead(sequence: 0, hash: anchor).fixedWidthText, to: headFile)
    let file = try AuditFile(creating: path, appending: true)
    file.lock()
    var segment = AuditSegment(name: name, file: file, headFile: headFile, anchor: anchor)
    try segment.append(record)
    return segment
  }

  private static func write(_ bytes: [UInt8], to file: borrowing AuditFile) throws(AuditError) {
    guard let number = file.writeWhole(bytes) else { return }
    throw AuditError(.write, path: file.path, SystemError("write", number))
  }

  private static func makeDirectory(_ path: String) throws(AuditError) {
    do throws(SystemError) {
      try Directory.make(path)
    } catch {
      throw AuditError(.createDirectory, path: path, error)
    }
  }

  /// Whether somebody removed the segment, or moved it: nobody would look for later rows where they went.
  public static func isRemoved(_ segment: borrowing AuditSegment?) -> Bool {
    switch segment {
    case .some(let segment): segment.place.isGone
    case .none: false
    }
  }

  /// Appends a row. After an error, nothing of it is in the segment.
  public mutating func append(_ record: consuming AuditRecord) throws(AuditError) {
    try add(record)
    try write()
  }

  /// Queues a row for ``write()``, after those that are waiting. After an error, none is waiting any more.
  public mutating func add(_ record: consuming AuditRecord) throws(AuditError) {
    do {
      waiting += try next.seal(record)
    } catch {
      forget()
      throw error
    }
  }

  /// Appends the waiting rows in one write. After an error, nothing of any is in the segment.
  public mutating func write() throws(AuditError) {
    defer { forget() }
    guard !isClosed else { throw AuditError(.closed, path: file.path) }
    guard !waiting.isEmpty else { return }
    if let number = file.writeWhole(waiting) {
      // Half a row would break the chain for every later row.
      isClosed = !file.truncate(to: length)
      throw AuditError(.write, path: file.path, SystemError("write", number))
    }
    chain = next
    length += waiting.count
    // The head is at most one write behind, which a reader recognizes.
    _ = headFile.writeWhole(SegmentHead(sequence: chain.sequence, hash: chain.hash).fixedWidthText, at: 0)
  }

  private mutating func forget() {
    next = chain
    waiting.removeAll(keepingCapacity: waiting.capacity <= 1 << 16)
  }

  /// Records the other segments' heads, so that it shows if one is deleted or cut short.
  private static func put(
    _ others: [String], around own: String, in directory: AuditDirectory, on record: inout AuditRecord
  ) {
    let place = others.firstIndex { $0 > own } ?? others.count
    let newest = (others[..<place].suffix(namedSegments) + others[place...].suffix(namedSegments)).reversed()
    record.integer("segments_total", others.count)
    record.string("segments_digest", SHA256.hexadecimal(of: others.joined(separator: "\n").utf8.span))
    record.array("segments") { writer in
      for segment in newest {
        guard let head = directory.head(of: segment) else { continue }
        writer.beginObject()
        writer.string("name", segment)
        writer.integer("seq", head.sequence)
        writer.string("hash", head.hash)
        writer.endObject()
      }
    }
  }
}
