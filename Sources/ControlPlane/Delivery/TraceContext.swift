internal import Digest
internal import Wire

/// W3C Trace Context, version 00 (Control Zero 1.13.16, trace context): ties a request to the trace that this process
/// is part of, or starts one.
struct TraceContext: Sendable, Equatable {
  /// 32 and 2 lowercase hexadecimal digits.
  let traceID: String
  let flags: String

  /// Continues a valid `TRACEPARENT`, otherwise starts a trace.
  init(ambient: String?, random: (Int) -> [UInt8] = RandomBytes.array) {
    if let ambient, let parsed = Self.parse(ambient) {
      self = parsed
    } else {
      traceID = Hexadecimal.text(random(16))
      flags = "01"
    }
  }

  private init(traceID: String, flags: String) {
    self.traceID = traceID
    self.flags = flags
  }

  /// `traceparent` with a new span, and the two older headers, which carry the trace's id.
  func headers(random: (Int) -> [UInt8] = RandomBytes.array) -> [(name: String, value: String)] {
    [
      ("traceparent", "00-\(traceID)-\(Hexadecimal.text(random(8)))-\(flags)"), ("X-Request-ID", traceID),
      ("X-Correlation-ID", traceID),
    ]
  }

  /// Strict: lowercase digits, ids that are not all zero, version not `ff`; a later version may append more.
  static func parse(_ text: String) -> TraceContext? {
    let bytes = Array(text.utf8)
    guard (55...512).contains(bytes.count), bytes[2] == 0x2d, bytes[35] == 0x2d, bytes[52] == 0x2d else { return nil }
    let (version, trace, parent, flags) = (bytes[0..<2], bytes[3..<35], bytes[36..<52], bytes[53..<55])
    guard (version + trace + parent + flags).allSatisfy(\.isLowerHexDigit), !version.elementsEqual("ff".utf8),
      trace.contains(where: { $0 != 0x30 }), parent.contains(where: { $0 != 0x30 })
    else { return nil }
    let isFirst = version.elementsEqual("00".utf8)
    guard bytes.count == 55 || (!isFirst && bytes[55] == 0x2d) else { return nil }
    // Only the flag `sampled` is defined.
    let isSampled = (UInt8(String(decoding: flags, as: UTF8.self), radix: 16) ?? 0) & 1 == 1
    return TraceContext(traceID: String(decoding: trace, as: UTF8.self), flags: isSampled ? "01" : "00")
  }
}
