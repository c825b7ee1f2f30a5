/// Where a byte stands in a text, for people; both counted from 1, the column in bytes.
public struct TextPlace: Equatable, Sendable {
  public let line: Int
  public let column: Int

  init(of offset: Int, in text: [UInt8]) {
    let before = text.prefix(offset)
    line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    column = offset - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
  }
}
