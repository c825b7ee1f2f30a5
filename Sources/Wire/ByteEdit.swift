/// A replacement of a byte range of a text; all other bytes stay as they are.
public struct ByteEdit: Sendable, Equatable {
  /// Offsets from the text's first byte.
  public let range: Range<Int>
  public let replacement: [UInt8]

  public init(range: Range<Int>, replacement: [UInt8]) {
    self.range = range
    self.replacement = replacement
  }

  /// - Parameter edits: in ascending order, none touching another.
  public static func apply(_ edits: [ByteEdit], to bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + edits.reduce(0) { $0 + $1.replacement.count })
    var position = bytes.startIndex
    for edit in edits {
      result += bytes[position..<bytes.startIndex + edit.range.lowerBound]
      result += edit.replacement
      position = bytes.startIndex + edit.range.upperBound
    }
    return result + bytes[position...]
  }
}
