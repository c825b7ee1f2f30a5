/// What is left of a line that exceeded the limit.
public struct OverlongLine: Sendable, Equatable {
  /// The length of its content, as far as it came.
  public private(set) var bytes = 0

  /// How its content begins and how it ends: what it takes to tell who waits for an answer to it.
  public private(set) var head: [UInt8] = []
  public var tail: [UInt8] { Array(end.suffix(Self.keptBytes)) }

  /// One byte more than the tail: a CR at the end may turn out to be no content.
  private var end: [UInt8] = []

  /// The longest head and tail.
  private static let keptBytes = 512

  init() {}

  init(_ content: ArraySlice<UInt8>) { append(content) }

  mutating func append(_ part: ArraySlice<UInt8>) {
    bytes += part.count
    head += part.prefix(Self.keptBytes - head.count)
    end = Array((end + part.suffix(Self.keptBytes + 1)).suffix(Self.keptBytes + 1))
  }

  /// The line ended with an LF: a CR before it is no content.
  mutating func endAtLF() {
    guard end.last == UInt8(ascii: "\r") else { return }
    end.removeLast()
    bytes -= 1
    head = Array(head.prefix(bytes))
  }
}
