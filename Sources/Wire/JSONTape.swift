/// The index over a JSON text: one word for each value, key and closing bracket, in document order.
///
/// Bits 0–31 hold an offset in the text, bits 32–59 the extent, bits 60–63 the ``Tag``. The extent of a scalar is the
/// length of its text, that of a container's opening word the distance to its closing word, and that of a closing word
/// the number of members or elements.
struct JSONTape: Sendable {
  enum Tag: UInt8 {
    case object, objectEnd, array, arrayEnd
    case string, escapedString
    case integer, number
    case `true`, `false`, null

    /// The tag of these four bits. Written out case by case, this is inlined to nothing.
    @inline(__always)
    init(bits: UInt64) {
      self =
        switch bits {
        case 0: .object
        case 1: .objectEnd
        case 2: .array
        case 3: .arrayEnd
        case 4: .string
        case 5: .escapedString
        case 6: .integer
        case 7: .number
        case 8: .true
        case 9: .false
        // INVARIANT: only `word(_:offset:extent:)` makes words, so the bits can only be 10 here.
        default: .null
        }
    }
  }

  private(set) var words: [UInt64] = []

  var count: Int { words.count }

  /// Reserves as many words as most texts of this size need. Reserved space takes no memory until it is written to,
  /// whereas growing copies the whole tape.
  mutating func reserve(forTextOf bytes: Int) {
    words.reserveCapacity(bytes < 4 << 20 ? min(bytes / 8, 4096) + 16 : bytes / 6)
  }

  @inline(__always)
  mutating func append(_ tag: Tag, offset: Int, extent: Int = 0) {
    words.append(Self.word(tag, offset: offset, extent: extent))
  }

  /// Appends the closing word of the container that was opened at `index` and links the two.
  @inline(__always)
  mutating func close(_ tag: Tag, containerAt index: Int, offset: Int, count: Int) {
    let opening = words[index]
    words[index] = opening | UInt64(truncatingIfNeeded: words.count - index) << 32
    append(tag, offset: offset, extent: count)
  }

  @inline(__always)
  func tag(_ index: Int) -> Tag { Tag(bits: words[index] >> 60) }

  @inline(__always)
  func offset(_ index: Int) -> Int { Int(truncatingIfNeeded: words[index] & 0xffff_ffff) }

  @inline(__always)
  func extent(_ index: Int) -> Int { Int(truncatingIfNeeded: (words[index] >> 32) & 0x0fff_ffff) }

  /// Tag and length in one word: two strings without escapes can be equal only if both of these are.
  @inline(__always)
  func tagAndLength(_ index: Int) -> UInt64 { words[index] >> 32 }

  /// The index of the value that follows the one at `index`.
  @inline(__always)
  func next(after index: Int) -> Int {
    switch tag(index) {
    case .object, .array: index + extent(index) + 1
    default: index + 1
    }
  }

  /// The number of members or elements of the container whose opening word is at `index`.
  func childCount(_ index: Int) -> Int { extent(index + extent(index)) }

  private static func word(_ tag: Tag, offset: Int, extent: Int) -> UInt64 {
    UInt64(tag.rawValue) << 60 | UInt64(truncatingIfNeeded: extent) << 32 | UInt64(truncatingIfNeeded: offset)
  }
}
