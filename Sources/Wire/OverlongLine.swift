/// What is left of a line that exceeded the limit.
public struct OverlongLine: Sendable, Equatable {
  /// The length of its content, as far as it came.
  public private(set) var bytes = 0

  /// How its content begins and how it ends: what it takes to tell who waits for an answer to it.
  public private(set) var head: [UInt8] = []
  public private(set) var tail: [UInt8] = []

  /// The longest head and tail.
  private static let keptBytes = 512

  init() {}

  init(_ content: ArraySlice<UInt8>) { append(content) }

  mutating func append(_ part: ArraySlice<UInt8>) {
    bytes += part.count
    head += part.prefix(Self.keptBytes - head.count)
    tail = Array((tail + part.suffix(Self.keptBytes)).suffix(Self.keptBytes))
  }

  /// The line ended with an LF: a CR before it is no content.
  mutating func endAtLF() {
    guard tail.last == UInt8(ascii: "\r") else { return }
    tail.removeLast()
    bytes -= 1
    head = Array(head.prefix(bytes))
  }
}
