/// A text to find within others, in time linear in both (Knuth, Morris, Pratt), since the text searched may be hostile.
package struct SearchText: Sendable {
  private let bytes: [UInt8]
  /// For each index, the length of the longest proper prefix of the text up to it that is also a suffix of that part.
  private let borders: [Int]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var borders = [Int](repeating: 0, count: bytes.count)
    var length = 0
    for index in bytes.indices.dropFirst() {
      while length > 0, bytes[index] != bytes[length] { length = borders[length - 1] }
      if bytes[index] == bytes[length] { length += 1 }
      borders[index] = length
    }
    self.borders = borders
  }

  package func occurs(in text: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first else { return true }
    guard text.count >= bytes.count else { return false }
    let text = text.span
    var length = 0
    for index in 0..<text.count {
      let byte = text[index]
      if length == 0, byte != first { continue }
      while length > 0, bytes[length] != byte { length = borders[length - 1] }
      if bytes[length] == byte { length += 1 }
      if length == bytes.count { return true }
    }
    return false
  }
}
