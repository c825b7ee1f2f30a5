/// What is kept of a line that exceeded the limit.
public struct OverlongLine: Sendable, Equatable {
  /// The length of the content, as far as it was received.
  public private(set) var bytes = 0

  /// The beginning and the end of the content, from which the request that the line concerns is found.
  public private(set) var head: [UInt8] = []
  public var tail: [UInt8] { Array(end.suffix(Self.keptBytes)) }

  /// One byte more than the tail, since a CR at the end may turn out to be part of the terminator.
  private var end: [UInt8] = []

  /// The maximum length of head and of tail.
  private static let keptBytes = 512

  init() {}

  init(_ content: ArraySlice<UInt8>) { append(content) }

  mutating func append(_ part: ArraySlice<UInt8>) {
    bytes += part.count
    head += part.prefix(Self.keptBytes - head.count)
    end = Array((end + part.suffix(Self.keptBytes + 1)).suffix(Self.keptBytes + 1))
  }

  /// The line ended with an LF, so a CR before it is not content.
  mutating func endAtLF() {
    guard end.last == UInt8(ascii: "\r") else { return }
    end.removeLast()
    bytes -= 1
    head = Array(head.prefix(bytes))
  }
}
