/// Where the lines of a text begin, for what is written between them.
enum LineBreak {
  /// The line break and the indentation directly before a place; nil where it does not begin a line.
  static func before(_ place: Int, in bytes: [UInt8]) -> [UInt8]? {
    let before = bytes[..<place]
    let indentation = before.reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
    let line = before.dropLast(indentation)
    guard line.last == UInt8(ascii: "\n") else { return nil }
    let end = line.dropLast().last == UInt8(ascii: "\r") ? 2 : 1
    return Array(before.suffix(indentation + end))
  }

  /// A comma and what stands directly before a place: the line break and the indentation, or else a space.
  static func comma(before place: Int, in bytes: [UInt8]) -> [UInt8] {
    [UInt8(ascii: ",")] + (before(place, in: bytes) ?? [UInt8(ascii: " ")])
  }

  /// The same as ``before(_:in:)`` with the dash of a YAML list that stands between.
  static func beforeDash(of place: Int, in bytes: [UInt8]) -> [UInt8]? {
    let blank = bytes[..<place].reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
    let dash = place - blank - 1
    guard blank > 0, dash >= 0, bytes[dash] == UInt8(ascii: "-") else { return nil }
    return before(dash, in: bytes).map { $0 + bytes[dash..<place] }
  }
}
