import Audit
import Foundation
import Testing

@testable import ControlPlane

/// What waits, what was delivered, and what is set aside: on real segments, without a network.
@Suite struct OutboxTests {
  private static let malformed = ControlPlaneError(.unusable, "malformed", status: 400)
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func outbox(_ receiver: SyncPlan.Receiver = .service) -> Outbox {
    let sender = Sender(hostname: "h", user: "u", version: "0")
    return Outbox(receiver, scratch.audit) { row in
      receiver == .service ? ServiceEntry.encode(row, from: sender) : TelemetryRecord.encode(row)
    }
  }

  private func id(_ entry: Outbox.Entry) -> String {
    let object = try? JSONSerialization.jsonObject(with: Data(entry.bytes)) as? [String: Any]
    return object?["id"] as? String ?? ""
  }

  /// Delivers everything to a receiver that refuses some entries, as `SyncRunner` would.
  private func drain(
    _ outbox: inout Outbox, refusing: Set<String> = [], live: Set<String> = []
  ) throws -> (delivered: [String], posts: Int) {
    var delivered: [String] = []
    var posts = 0
    try outbox.scan(scratch.audit.segments(), live: live)
    while outbox.waiting > 0 {
      let batch = try outbox.batch()
      #expect(!batch.isEmpty && batch.count <= Outbox.maxEntries)
      posts += 1
      let ids = batch.map { id($0) }
      if ids.contains(where: { refusing.contains($0) }) {
        _ = try outbox.settle(.refused(Self.malformed), batch.count)
      } else {
        delivered += ids
        _ = try outbox.settle(.accepted(rejected: 0), batch.count)
      }
      try #require(posts < 20_000)
    }
    try outbox.scan(scratch.audit.segments(), live: live)
    return (delivered, posts)
  }

  @Test func `decisions of all segments are delivered in order, once, and remembered`() throws {
    let ids = try Segments.write(700, in: scratch) + Segments.write(3, in: scratch)
    var outbox = outbox()
    let result = try drain(&outbox)
    #expect(result.delivered.sorted() == ids.sorted() && result.posts == 2)
    let isAllDone = try scratch.audit.segments().allSatisfy { outbox.isFinished($0) }
    #expect(isAllDone)
    // Another process finds nothing to do.
    var again = self.outbox()
    #expect(try drain(&again).posts == 0)
    // Every row goes to the collector, which has a cursor of its own.
    var telemetry = self.outbox(.telemetry)
    #expect(try drain(&telemetry).delivered.count == 2 * 703 + 4)
  }

  @Test func `a segment that grows is delivered as it grows`() throws {
    var segment = try Segments.open(in: scratch)
    var outbox = outbox()
    var ids: [String] = []
    var delivered: [String] = []
    for count in [0, 1, 5, 0, 600] {
      ids += try Segments.append(count, to: &segment)
      delivered += try drain(&outbox, live: [segment.name]).delivered
      let isSame = delivered == ids
      #expect(isSame)
    }
  }

  @Test func `a segment that was taken for finished is looked at again when it grows`() throws {
    var segment = try Segments.open(in: scratch)
    var outbox = outbox()
    var ids = try Segments.append(2, to: &segment)
    #expect(try drain(&outbox).delivered == ids)
    #expect(outbox.isFinished(segment.name))
    ids = try Segments.append(2, to: &segment)
    #expect(try drain(&outbox).delivered == ids)
  }

  @Test func `a row that is half written waits until it is whole`() throws {
    let ids = try Segments.write(2, in: scratch)
    let path = scratch.audit.path(of: try #require(scratch.audit.segments().first))
    let bytes = try Project.read(path)
    // The second decision is the fourth row.
    let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
    for cut in [ends[2] + 1, ends[2] + 20, ends[3]] {
      try Data(bytes[..<cut]).write(to: URL(fileURLWithPath: path))
      try? FileManager.default.removeItem(atPath: path + ".service-cursor")
      var outbox = outbox()
      let live = Set(try scratch.audit.segments())
      #expect(try drain(&outbox, live: live).delivered == [ids[0]])
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(try drain(&outbox, live: live).delivered == [ids[1]])
    }
  }

  @Test(arguments: [[0], [499], [250, 251], [3, 77, 300], Array(0..<8)])
  func `refused records are found, set aside with the reason, and hold up nobody`(places: [Int]) throws {
    let ids = try Segments.write(500, in: scratch)
    let refused = Set(places.map { ids[$0] })
    var outbox = outbox()
    let result = try drain(&outbox, refusing: refused)
    #expect(result.delivered == ids.filter { !refused.contains($0) })
    #expect(result.posts <= places.count * 22 + 2)
    let lines = scratch.text("state/audit/refused.jsonl").split(separator: "\n")
    #expect(lines.count == places.count)
    for line in lines {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["reason"] as? String == "malformed" && object["status"] as? Int == 400)
      #expect(refused.contains { (object["row"] as? String ?? "").contains($0) })
    }
  }

  @Test func `rows that can't be entries are set aside without being sent`() throws {
    let ids = try Segments.write(4, in: scratch)
    let path = scratch.audit.path(of: try #require(scratch.audit.segments().first))
    var lines = String(decoding: try Project.read(path), as: UTF8.self).split(separator: "\n").map { String($0) }
    lines[3] = "not JSON"
    lines[5] = lines[5].replacing(#""tool": "s""#, with: #""tool": """#)
    try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: false, encoding: .utf8)
    var outbox = outbox()
    #expect(try drain(&outbox).delivered == [ids[0], ids[3]])
    let refused = scratch.text("state/audit/refused.jsonl").split(separator: "\n")
    #expect(refused.count == 2 && refused[0].contains("not JSON") && refused[1].contains("names no tool"))
  }

  @Test(arguments: ["", "x", "-1", "99999999", "17", "18446744073709551616"])
  func `a cursor that can't be right means that all is sent again`(text: String) throws {
    let ids = try Segments.write(3, in: scratch)
    let segment = try #require(scratch.audit.segments().first)
    try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.audit.path(of: segment) + ".service-cursor"))
    var outbox = outbox()
    #expect(try drain(&outbox).delivered == ids)
  }

  @Test func `files that vanish or shrink between two looks are no trouble`() throws {
    let ids = try Segments.write(3, in: scratch)
    var outbox = outbox()
    let segment = try #require(scratch.audit.segments().first)
    try outbox.scan([segment], live: [])
    #expect(outbox.waiting == 3)
    try Data().write(to: URL(fileURLWithPath: scratch.audit.path(of: segment)))
    #expect(try outbox.batch().isEmpty)
    try outbox.recount()
    #expect(outbox.waiting == 0)
    #expect(ids.count == 3)
  }

  @Test func `what is written where a segment was cut is delivered`() throws {
    var segment = try Segments.open(in: scratch)
    try Segments.append(2, to: &segment)
    let path = scratch.audit.path(of: segment.name)
    let length = try Project.read(path).count
    try Segments.append(2, to: &segment)
    var outbox = outbox()
    _ = try drain(&outbox, live: [segment.name])
    #expect(unsafe truncate(path, off_t(length)) == 0)
    try outbox.scan([segment.name], live: [segment.name])
    let ids = try Segments.append(3, to: &segment)
    let delivered = try drain(&outbox, live: [segment.name]).delivered
    #expect(Set(ids).isSubset(of: delivered))
  }

  @Test func `what waits is counted without sending`() throws {
    try Segments.write(5, in: scratch)
    #expect(try AuditQueue.count(for: .service, stateDirectory: scratch.state) == 5)
    #expect(try AuditQueue.count(for: .telemetry, stateDirectory: scratch.state) == 12)
    var outbox = outbox()
    _ = try drain(&outbox)
    #expect(try AuditQueue.count(for: .service, stateDirectory: scratch.state) == 0)
  }

  // MARK: Retention

  @Test func `only what is old, delivered and left by its writer is removed, and that is on record`() throws {
    try Segments.write(1, in: scratch)
    let old = try #require(scratch.audit.segments().first)
    Segments.age(old, in: scratch, seconds: 10_000)
    let live = try Segments.open(in: scratch)
    Segments.age(live.name, in: scratch, seconds: 10_000)
    try Segments.write(1, in: scratch)
    let segments = try scratch.audit.segments()
    let now = Int64(Date().timeIntervalSince1970)
    var retention = Retention(scratch.audit, seconds: 5000)
    #expect(try retention.run(segments, at: now, isDelivered: { _ in false }) == [])
    // Not again within the hour.
    #expect(try retention.run(segments, at: now + 10, isDelivered: { _ in true }) == [])
    #expect(try retention.run(segments, at: now + 3600, isDelivered: { _ in true }) == [old])
    #expect(RemovedSegments(scratch.audit).names() == [old])
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.audit.path)
    #expect(!names.contains { $0.hasPrefix(old) })
  }

  @Test func `what a full disk left of a line does not take the next one with it`() throws {
    try Segments.write(1, in: scratch)
    try Segments.write(1, in: scratch)
    let first = try #require(scratch.audit.segments().first)
    let part = #"{"at":"2026-11-2"#
    for name in ["removed.jsonl", "refused.jsonl"] { _ = try scratch.file("state/audit/" + name, part) }
    try RemovedSegments(scratch.audit).remove(first, at: Segments.time(0), sidecars: [])
    #expect(RemovedSegments(scratch.audit).names() == [first])
    // The other one has it on record.
    #expect(try AuditVerifier(scratch.audit).verifyAll().map(\.isIntact) == [true])

    var outbox = outbox()
    try outbox.scan(scratch.audit.segments(), live: [])
    _ = try outbox.settle(.refused(Self.malformed), try outbox.batch().count)
    let lines = scratch.text("state/audit/refused.jsonl").split(separator: "\n")
    #expect(lines.count == 2 && lines.first.map(String.init) == part)
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(try #require(lines.last).utf8)) }
  }

  @Test func `a clock that is set back does not keep it from looking`() throws {
    try Segments.write(1, in: scratch)
    let segments = try scratch.audit.segments()
    Segments.age(try #require(segments.first), in: scratch, seconds: 10_000)
    let now = Int64(Date().timeIntervalSince1970)
    var retention = Retention(scratch.audit, seconds: 5000)
    #expect(try retention.run(segments, at: now + 1_000_000, isDelivered: { _ in false }) == [])
    #expect(try retention.run(segments, at: now, isDelivered: { _ in true }) == segments)
  }
}
