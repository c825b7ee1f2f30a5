import Audit
import Wire

/// The input is a segment that anybody may have written, or texts that rows of our own are made of; the first byte says
/// which.
///
/// Any segment yields a report. One of our own is found intact, and never once a byte of it was changed.
public func fuzzAudit(_ input: [UInt8]) {
  guard let kind = input.first else { return }
  let text = Array(input.dropFirst())
  let anchor = String(repeating: "a", count: 64)
  if kind % 2 == 0 {
    _ = verify(text, anchor: kind & 2 == 0 ? anchor : nil, head: SegmentHead(text))
    return
  }
  var chain = HashChain(hash: anchor)
  var segment: [UInt8] = []
  for part in text.split(separator: 0xff, maxSplits: 3, omittingEmptySubsequences: false) {
    var record = AuditRecord(at: UTCTime(microseconds: Int64(part.count)), decision: "audit", event: "outcome")
    record.string("tool", bytes: Array(part))
    record.object("nested") { writer in
      writer.key(bytes: part)
      writer.string(bytes: part)
    }
    let row = try? chain.seal(record)
    check(row != nil, "a row can be sealed")
    segment += row ?? []
  }
  let head = SegmentHead(sequence: chain.sequence, hash: chain.hash)
  let report = verify(segment, anchor: anchor, head: head)
  check(report.isIntact && report.rows == chain.sequence, "rows of ours that are found broken")
  var changed = segment
  let place = Int(kind) * 37 % changed.count
  guard changed[place] != UInt8(ascii: " ") else { return }
  changed[place] = changed[place] == UInt8(ascii: "~") ? UInt8(ascii: "}") : UInt8(ascii: "~")
  check(!verify(changed, anchor: anchor, head: head).isIntact, "a byte was changed, and nothing shows")
}

private func verify(_ bytes: [UInt8], anchor: String?, head: SegmentHead?) -> SegmentReport {
  var framer = LineFramer(maxLineBytes: 8 << 20)
  var verifier = SegmentVerifier(name: "s", anchor: anchor, head: head)
  framer.receive(bytes)
  while let item = framer.next() { verifier.take(item) }
  if let item = framer.finish() { verifier.take(item) }
  return verifier.finish(isLocked: false)
}
