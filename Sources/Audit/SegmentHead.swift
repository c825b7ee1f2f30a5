/// The newest row of a segment, as its `.head` file and other segments' first rows name it.
public struct SegmentHead: Sendable, Equatable {
  public let sequence: Int
  public let hash: String

  public init(sequence: Int, hash: String) {
    self.sequence = sequence
    self.hash = hash
  }

  /// Reads `<sequence>:<64 hexadecimal digits>`; nil for anything else.
  public init?(_ text: some Collection<UInt8>) {
    let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 1)
    guard parts.count == 2, let sequence = Int(String(decoding: parts[0], as: UTF8.self)), sequence >= 0 else {
      return nil
    }
    let hash = String(decoding: parts[1].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    guard hash.utf8.count == 64 else { return nil }
    self.sequence = sequence
    self.hash = hash
  }

  /// Always 85 bytes long, so that it can be replaced in place by one write.
  var fixedWidthText: [UInt8] {
    let digits = String(sequence)
    return Array((String(repeating: "0", count: max(20 - digits.count, 0)) + digits + ":" + hash).utf8)
  }
}
