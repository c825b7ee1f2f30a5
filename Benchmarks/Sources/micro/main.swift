import Audit
import Foundation
import Wire

// The stages that each message goes through, one at a time.
//   micro             prints nanoseconds and MB/s for each case
//   micro CASE TIMES  runs one case that many times, for an instruction counter to watch

let words = Array("the quarter report says that revenue grew by 12.5 percent, while costs fell; see page 7 \u{e9} ".utf8)

func text(_ count: Int) -> [UInt8] { (0..<count).map { words[$0 % words.count] } }

func base64(_ count: Int) -> [UInt8] {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  return (0..<count).map { alphabet[$0 &* 2_654_435_761 >> 7 & 63] }
}

func call(_ arguments: [UInt8]) -> [UInt8] {
  Array(#"{"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"echo","arguments":{"text":""#.utf8)
    + arguments + Array(#""},"_meta":{"progressToken":17}}}"#.utf8)
}

func result(_ parts: [UInt8]) -> [UInt8] {
  Array(#"{"jsonrpc":"2.0","id":17,"result":{"content":[{"type":"text","text":""#.utf8) + parts
    + Array(#""}],"isError":false}}"#.utf8)
}

func objects() -> [UInt8] {
  let rows = (0..<7000).map {
    #"{"id":\#($0),"name":"row \#($0)","size":\#($0 * 37 % 9973),"ok":true,"parent":null,"score":0.\#($0 % 97),"tags":["a","b"]}"#
  }
  return Array((#"{"jsonrpc":"2.0","id":17,"result":{"structuredContent":{"rows":["# + rows.joined(separator: ",") + "]}}}").utf8)
}

func deep() -> [UInt8] {
  let one = String(repeating: #"{"a":["#, count: 60) + "1" + String(repeating: "]}", count: 60)
  return Array(("[" + Array(repeating: one, count: 200).joined(separator: ",") + "]").utf8)
}

func wide() -> [UInt8] {
  Array(("{" + (0..<20_000).map { "\"key-\($0)\":\($0)" }.joined(separator: ",") + "}").utf8)
}

struct Case {
  let name: String
  /// The bytes of input per run.
  let bytes: Int
  let run: () throws -> Int
}

func scan(_ name: String, _ text: [UInt8]) -> Case {
  Case(name: name, bytes: text.count) {
    guard let document = try? JSONDocument(parsing: text[...]) else { fatalError("\(name) is refused") }
    return document.count(of: document.root)
  }
}

func frame(_ name: String, _ stream: [UInt8]) -> Case {
  var framer = LineFramer(maxLineBytes: 64 << 20)
  return Case(name: name, bytes: stream.count) {
    var sum = 0
    var offset = 0
    while offset < stream.count {
      // As read(2) would fill the space.
      framer.receive { (space: UnsafeMutableRawBufferPointer) -> Int in
        let count = min(space.count, stream.count - offset)
        stream.withUnsafeBytes { space.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) }
        offset += count
        return count
      }
      while let item = framer.next() {
        if case .line(let line) = item { sum += line.content.count }
      }
    }
    return sum
  }
}

/// About as long as the row of a decision.
func row() -> AuditRecord {
  var record = AuditRecord(at: UTCTime(microseconds: 1_764_000_000_000_000), decision: "allow", event: "decision")
  let keys: [StaticString] = [
    "tool", "method", "policy_id", "reason", "reason_code", "args_hash", "policy_engine_version", "mode",
    "policy_source", "client_name", "project_id", "gate_matched", "decision_origin", "dlp_status", "dlp_reason",
    "escalation_status", "enforcement_outcome", "enforcement_reason", "subject", "subject_origin", "match_semantics",
    "dlp_mask_state", "session_id", "request_id", "line_sha256",
  ]
  for key in keys { record.string(key, "a value of about thirty bytes.") }
  record.object("enforcement") { writer in
    writer.key("status")
    writer.string("not_applicable")
    writer.key("enforced")
    writer.boolean(false)
  }
  return record
}

func appending() -> Case {
  let directory = NSTemporaryDirectory() + "czproxy-micro-\(getpid())"
  guard
    let segment = try? AuditSegment.create(
      in: directory, at: UTCTime(microseconds: 1_764_000_000_000_000), processID: getpid(), describe: { _ in })
  else { fatalError("no segment in \(directory)") }
  let holder = Holder(segment: consume segment)
  atexit { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "czproxy-micro-\(getpid())") }
  return Case(name: "audit-append", bytes: 0) {
    do { try holder.segment.append(row()) } catch { fatalError("\(error)") }
    return 1
  }
}

final class Holder {
  var segment: AuditSegment
  init(segment: consuming AuditSegment) { self.segment = segment }
}

let cases: [(name: String, make: (String) -> Case)] = [
  ("scan-call-1k", { scan($0, call(text(850))) }),
  ("scan-text-1m", { scan($0, result(text(1_000_000))) }),
  ("scan-base64-1m", { scan($0, result(base64(1_000_000))) }),
  ("scan-objects-0.7m", { scan($0, objects()) }),
  ("scan-deep", { scan($0, deep()) }),
  ("scan-wide", { scan($0, wide()) }),
  (
    "message-call-1k",
    { name in
      let line = call(text(850))
      return Case(name: name, bytes: line.count) {
        guard let message = try? Message(parsing: line[...]) else { fatalError("the call is refused") }
        if case .request = message.shape { return 1 }
        return 0
      }
    }
  ),
  ("frame-1k", { frame($0, (0..<60).flatMap { _ in call(text(850)) + [0x0a] }) }),
  ("frame-1m", { frame($0, result(text(1_000_000)) + [0x0a]) }),
  (
    "audit-seal",
    { name in
      Case(name: name, bytes: 0) {
        var chain = HashChain(hash: String(repeating: "a", count: 64))
        return try chain.seal(row()).count
      }
    }
  ),
  ("audit-append", { _ in appending() }),
]

let arguments = CommandLine.arguments
if arguments.count == 3, let times = Int(arguments[2]) {
  guard let chosen = cases.first(where: { $0.name == arguments[1] }).map({ $0.make($0.name) }) else {
    fatalError("no case is called \(arguments[1])")
  }
  var sum = 0
  for _ in 0..<times { sum &+= try chosen.run() }
  precondition(times == 0 || sum > 0)
  exit(0)
}

print("case\tns\tMB_per_s")
for (name, make) in cases {
  let one = make(name)
  let clock = ContinuousClock()
  var rounds = 1
  var best = Double.infinity
  for _ in 0..<20 {
    var sum = 0
    let elapsed = try clock.measure { for _ in 0..<rounds { sum &+= try one.run() } }
    precondition(sum > 0)
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    best = min(best, seconds / Double(rounds) * 1e9)
    if seconds < 0.02 { rounds *= 2 }
  }
  let rate = one.bytes > 0 ? "\(Int(Double(one.bytes) * 1e3 / best))" : ""
  print("\(one.name)\t\(Int(best))\t\(rate)")
}
