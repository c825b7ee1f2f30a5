/// The index over a JSON text: one word for each value, key and closing bracket, in document order.
struct JSONTape: Sendable {
  let words: [JSONWord]

  @inline(__always)
  subscript(index: Int) -> JSONWord { words[index] }

  /// The index of the value that follows the one at `index`.
  @inline(__always)
  func next(after index: Int) -> Int { words.span.next(after: index) }

  /// The number of members or elements of the container whose opening word is at `index`.
  func childCount(_ index: Int) -> Int { words.span.childCount(index) }
}

/// The same for a tape that is still being written.
extension Span<JSONWord> {
  @inline(__always)
  func next(after index: Int) -> Int {
    let word = self[index]
    return switch word.tag {
    case .object, .array: index + word.extent + 1
    default: index + 1
    }
  }

  @inline(__always)
  func childCount(_ index: Int) -> Int { self[index + self[index].extent].extent }
}
