import Audit
import Foundation
import Testing
import Wire

@Suite struct AuditVectorTests {
  private static let testdata = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Testdata/audit")

  @Test func `arguments hash as the real package hashes them`() throws {
    let bytes = [UInt8](try Data(contentsOf: Self.testdata.appendingPathComponent("args_hash.json")))
    let document = try JSONDocument(parsing: bytes[...], options: .python)
    #expect(document.count(of: document.root) == 17)
    for vector in document.elements(of: document.root) {
      let arguments = try #require(document.member("args", of: vector))
      let hash = try #require(document.member("hash", of: vector).flatMap { document.string($0) })
      #expect(
        ArgumentsHash.text(of: (document, arguments)) == String(decoding: hash, as: UTF8.self),
        "\(String(decoding: document.raw(arguments), as: UTF8.self))")
    }
    #expect(ArgumentsHash.text(of: nil) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
  }

  @Test func `a log that the real package wrote is intact`() {
    let report = AuditVerifier(AuditDirectory(path: Self.testdata.path)).verify("sdk-sample")
    #expect(report.isIntact, "\(report.findings)")
    #expect(report.rows == 5 && report.ending == .foreign)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000000+00:00", "19700101T000000.000Z"),
    (1_709_210_096_000_001, "2024-02-29T12:34:56.000001+00:00", "20240229T123456.000Z"),
    (4_102_444_799_999_999, "2099-12-31T23:59:59.999999+00:00", "20991231T235959.999Z"),
  ])
  func `times are written in UTC`(microseconds: Int64, long: String, short: String) {
    let time = UTCTime(microseconds: microseconds)
    #expect(time.iso8601 == long && time.compact == short)
  }
}

@Suite final class SegmentTests {
  private let state = NSTemporaryDirectory() + "czproxy-audit-\(UUID().uuidString)"

  deinit { try? FileManager.default.removeItem(atPath: state) }

  /// Writes a segment of four rows and gives its directory and bytes.
  private func writtenSegment() throws -> (directory: AuditDirectory, name: String, bytes: [UInt8]) {
    let time = UTCTime(microseconds: 1_700_000_000_000_000)
    var segment = try AuditSegment.create(in: state, at: time, processID: 1) { $0.string("note", "é\u{1b}") }
    for event in ["decision", "outcome", "session_end"] {
      try segment.append(AuditRecord(at: time, decision: "audit", event: event))
    }
    let directory = AuditDirectory(stateDirectory: state)
    let name = segment.name
    return (directory, name, [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory.path(of: name)))))
  }

  @Test func `a segment is ASCII, closed and intact`() throws {
    let (directory, name, bytes) = try writtenSegment()
    #expect(bytes.allSatisfy { $0 < 0x7f })
    let report = AuditVerifier(directory).verify(name)
    #expect(report.isIntact && report.rows == 4 && report.ending == .closed)
  }

  @Test func `rows that are written together are chained as others`() throws {
    let time = UTCTime(microseconds: 1_700_000_000_000_000)
    var segment = try AuditSegment.create(in: state, at: time, processID: 1) { _ in }
    for count in [0, 3, 1, 64] {
      for _ in 0..<count { try segment.add(AuditRecord(at: time, decision: "audit", event: "outcome")) }
      try segment.write()
    }
    try segment.append(AuditRecord(at: time, decision: "audit", event: "session_end"))
    let directory = AuditDirectory(stateDirectory: state)
    let report = AuditVerifier(directory).verify(segment.name)
    #expect(report.isIntact && report.rows == 70)
    #expect(directory.head(of: segment.name)?.sequence == 70)
  }

  @Test func `cutting a segment anywhere in its last row shows`() throws {
    let (directory, name, bytes) = try writtenSegment()
    let lastRow = try #require(bytes.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
    let file = URL(fileURLWithPath: directory.path(of: name))
    for length in lastRow..<(bytes.count - 1) {
      try Data(bytes[..<length]).write(to: file)
      let report = AuditVerifier(directory).verify(name)
      #expect(report.findings.contains { $0.kind == .tailMissing }, "cut at \(length)")
    }
  }

  @Test func `what a process that was killed while it wrote leaves is no damage, whatever it is a part of`() throws {
    let time = UTCTime(microseconds: 1_700_000_000_000_000)
    var segment = try AuditSegment.create(in: state, at: time, processID: 1) { _ in }
    let directory = AuditDirectory(stateDirectory: state)
    let file = URL(fileURLWithPath: directory.path(of: segment.name))
    let head = URL(fileURLWithPath: directory.path(of: segment.name) + ".head")
    let (before, known) = (try Data(contentsOf: file).count, try Data(contentsOf: head))
    for _ in 0..<3 { try segment.add(AuditRecord(at: time, decision: "audit", event: "outcome")) }
    try segment.write()
    let bytes = try Data(contentsOf: file)
    // The head is written after the rows.
    try known.write(to: head)
    for length in before..<bytes.count {
      try bytes[..<length].write(to: file)
      #expect(AuditVerifier(directory).verify(segment.name).isIntact, "cut at \(length)")
    }
    // In the middle, or in a segment that has ended, a partial row is junk.
    try (bytes[..<(before + 9)] + "\n".utf8 + bytes[before...]).write(to: file)
    #expect(AuditVerifier(directory).verify(segment.name).findings.map(\.kind) == [.junk])
    let (closed, name, whole) = try writtenSegment()
    try Data(whole + Array("{\"ts\"".utf8)).write(to: URL(fileURLWithPath: closed.path(of: name)))
    #expect(AuditVerifier(closed).verify(name).findings.map(\.kind) == [.junk])
  }

  @Test func `what a process leaves that was killed before its first row is no damage; the loss of rows is`() throws {
    let (directory, name, bytes) = try writtenSegment()
    let path = directory.path(of: name)
    let (file, head) = (URL(fileURLWithPath: path), URL(fileURLWithPath: path + ".head"))
    let (known, anchor) = (try Data(contentsOf: head), try Data(contentsOf: URL(fileURLWithPath: path + ".anchor")))
    let first = try #require(bytes.firstIndex(of: UInt8(ascii: "\n")))
    try (Data(String(repeating: "0", count: 20).utf8) + ":".utf8 + anchor).write(to: head)
    for length in stride(from: 0, to: first, by: 31) {
      try Data(bytes[..<length]).write(to: file)
      #expect(AuditVerifier(directory).verify(name).isIntact, "cut at \(length)")
    }
    try known.write(to: head)
    try Data().write(to: file)
    #expect(AuditVerifier(directory).verify(name).findings.map(\.kind) == [.empty, .tailMissing])
    try FileManager.default.removeItem(at: head)
    #expect(AuditVerifier(directory).verify(name).findings.map(\.kind) == [.empty, .sidecarMissing])
  }

  @Test func `changing any byte of a row shows`() throws {
    let (directory, name, bytes) = try writtenSegment()
    let file = URL(fileURLWithPath: directory.path(of: name))
    for position in stride(from: 0, to: bytes.count - 1, by: 7) where bytes[position] != UInt8(ascii: "\n") {
      var changed = bytes
      changed[position] ^= 1
      try Data(changed).write(to: file)
      #expect(!AuditVerifier(directory).verify(name).isIntact, "changed at \(position)")
    }
  }

  @Test func `the first row names the segments before it, also where the clock was ahead once`() throws {
    func create(_ second: Int64) throws -> String {
      try AuditSegment.create(in: state, at: UTCTime(microseconds: second * 1_000_000), processID: 1) { _ in }.name
    }
    for second in 0..<20 { _ = try create(2_000_000_000 + Int64(second)) }
    var known = [try create(1_700_000_000), try create(1_700_000_001)]
    known.append(try create(1_700_000_002))
    let directory = AuditDirectory(stateDirectory: state)
    let first = try Data(contentsOf: URL(fileURLWithPath: directory.path(of: known[2])))
    for name in known[..<2] { #expect(first.contains(Data(name.utf8))) }
    for suffix in ["", ".anchor", ".head"] {
      try FileManager.default.removeItem(atPath: directory.path(of: known[1]) + suffix)
    }
    #expect(try AuditVerifier(directory).verifyAll().filter { !$0.isIntact }.map { $0.name } == [known[1]])
  }

  @Test func `a segment of which only the head is left is missed, but not where it was removed in order`() throws {
    let (directory, name, _) = try writtenSegment()
    try FileManager.default.removeItem(atPath: directory.path(of: name))
    let report = try #require(AuditVerifier(directory).verifyAll().first)
    #expect(report.name == name && report.findings.map(\.kind) == [.segmentMissing])
    // As a killed process leaves it: the segment is removed first.
    try Data("{\"segment\":\"\(name)\"}\n".utf8).write(to: URL(fileURLWithPath: directory.path + "/removed.jsonl"))
    #expect(try AuditVerifier(directory).verifyAll().isEmpty)
  }

  @Test func `a missing sidecar has a name`() throws {
    let (directory, name, _) = try writtenSegment()
    for suffix in [".head", ".anchor"] {
      try FileManager.default.removeItem(atPath: directory.path(of: name) + suffix)
      #expect(
        AuditVerifier(directory).verify(name).findings.contains {
          $0.kind == .sidecarMissing && $0.detail.hasSuffix(suffix)
        })
    }
  }
}
