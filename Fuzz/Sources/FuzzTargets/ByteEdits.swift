import Wire

enum ByteEdits {
  static func apply(_ edits: [ByteEdit], to bytes: [UInt8]) -> [UInt8] {
    var end = 0
    for edit in edits {
      check(edit.range.lowerBound >= end && edit.range.upperBound <= bytes.count, "edits that overlap or lie beyond")
      end = edit.range.upperBound
    }
    return ByteEdit.apply(edits, to: bytes[...])
  }
}
