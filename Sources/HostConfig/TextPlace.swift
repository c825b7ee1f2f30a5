import Wire

/// The position of a byte in a text, for people: both counted from 1, the column in bytes.
public struct TextPlace: Equatable, Sendable {
  public let line: Int
  public let column: Int

  init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  init(of offset: Int, in lines: LineIndex) { (line, column) = lines.place(of: offset) }
}
