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
    var text = [UInt8](repeating: UInt8(ascii: "0"), count: 20)
    var (rest, place) = (sequence, 19)
    while rest > 0, place >= 0 {
      text[place] += UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      place -= 1
    }
    text.reserveCapacity(85)
    text.append(UInt8(ascii: ":"))
    text += hash.utf8
    return text
  }
}
