/// One entry of a ``JSONTape``: a value, a key or a closing bracket.
///
/// Bits 0–31 hold the offset, bits 32–59 the extent, bits 60–63 the ``Tag``.
struct JSONWord: Sendable {
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
        // INVARIANT: only the initializer below makes words, so the bits can only be 10 here.
        default: .null
        }
    }
  }

  private var bits: UInt64

  @inline(__always)
  init(_ tag: Tag, offset: Int, extent: Int = 0) {
    bits = UInt64(tag.rawValue) << 60 | UInt64(truncatingIfNeeded: extent) << 32 | UInt64(truncatingIfNeeded: offset)
  }

  @inline(__always)
  var tag: Tag { Tag(bits: bits >> 60) }

  /// Where it stands in the text; for strings and keys, the byte after the opening quote.
  @inline(__always)
  var offset: Int { Int(truncatingIfNeeded: bits & 0xffff_ffff) }

  /// Of a string, without its quotes, a number or a literal: its length in bytes. Of an opening bracket: the distance
  /// to the closing one, in words. Of a closing bracket: the number of members or elements.
  @inline(__always)
  var extent: Int { Int(truncatingIfNeeded: (bits >> 32) & 0x0fff_ffff) }

  /// Two strings without escapes can only be equal if these are.
  @inline(__always)
  var tagAndLength: UInt64 { bits >> 32 }

  /// Sets the extent of an opening bracket, which is 0 until its closing one is found.
  @inline(__always)
  mutating func setExtent(_ extent: Int) { bits |= UInt64(truncatingIfNeeded: extent) << 32 }
}
