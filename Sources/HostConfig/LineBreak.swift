/// Copies line breaks and indentation from the surrounding text, so that inserted text looks like its neighbors.
enum LineBreak {
  /// The line break and the indentation directly before an offset; nil if other text precedes the offset on its line.
  static func before(_ place: Int, in bytes: [UInt8]) -> [UInt8]? {
    let before = bytes[..<place]
    let indentation = before.reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
    let line = before.dropLast(indentation)
    guard line.last == UInt8(ascii: "\n") else { return nil }
    let end = line.dropLast().last == UInt8(ascii: "\r") ? 2 : 1
    return Array(before.suffix(indentation + end))
  }

  /// A comma, followed by the line break and the indentation before an offset, or by a space if there are none.
  static func comma(before place: Int, in bytes: [UInt8]) -> [UInt8] {
    [UInt8(ascii: ",")] + (before(place, in: bytes) ?? [UInt8(ascii: " ")])
  }

  /// Like ``before(_:in:)`` for an element of a YAML list, with the dash included; nil if no dash precedes the element.
  static func beforeDash(of place: Int, in bytes: [UInt8]) -> [UInt8]? {
    let blank = bytes[..<place].reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
    let dash = place - blank - 1
    guard blank > 0, dash >= 0, bytes[dash] == UInt8(ascii: "-") else { return nil }
    return before(dash, in: bytes).map { $0 + bytes[dash..<place] }
  }
}
