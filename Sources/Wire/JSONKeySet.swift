/// Finds a key that an object repeats, comparing unescaped bytes.
///
/// The cost grows with the number of keys and their length, never with its square:
/// an object with many keys goes through a table hashed with a seed that a sender cannot know.
enum JSONKeySet {
  /// Up to this many keys, comparing each pair is faster than hashing.
  private static let pairwiseLimit = 12

  /// The tape index of the first key that an earlier one equals; nil when all keys differ.
  static func firstRepeatedKey(ofObjectAt object: Int, in tape: Span<JSONWord>, text: Span<UInt8>) -> Int? {
    let count = tape.childCount(object)
    return count <= pairwiseLimit
      ? comparePairs(ofObjectAt: object, in: tape, text: text)
      : compareHashes(ofObjectAt: object, count: count, in: tape, text: text)
  }

  /// Whether two keys, given by their tape indexes, stand for the same bytes.
  static func areEqual(_ first: Int, _ second: Int, in tape: Span<JSONWord>, text: Span<UInt8>) -> Bool {
    if tape[first].tag == .string, tape[second].tag == .string {
      guard tape[first].tagAndLength == tape[second].tagAndLength else { return false }
      let (a, b) = (tape[first].offset, tape[second].offset)
      for index in 0..<tape[first].extent where text[a + index] != text[b + index] { return false }
      return true
    }
    return unescaped(first, in: tape, text: text) == unescaped(second, in: tape, text: text)
  }

  private static func comparePairs(ofObjectAt object: Int, in tape: Span<JSONWord>, text: Span<UInt8>) -> Int? {
    // Most keys differ in their words, which hold their lengths and first bytes.
    var keys = InlineArray<12, Int>(repeating: 0)
    var words = InlineArray<12, UInt64>(repeating: 0)
    let end = object + tape[object].extent
    var (key, count, hasEscapes) = (object + 1, 0, false)
    while key < end, count < pairwiseLimit {
      keys[count] = key
      words[count] = word(of: key, in: tape, text: text)
      hasEscapes = hasEscapes || tape[key].tag == .escapedString
      count += 1
      key = tape.next(after: key + 1)
    }
    for later in 0..<count {
      for earlier in 0..<later where words[earlier] == words[later] || hasEscapes {
        if areEqual(keys[earlier], keys[later], in: tape, text: text) { return keys[later] }
      }
    }
    return nil
  }

  /// A key's length and first bytes as written, in one word; the same for two equal keys without escapes.
  @inline(__always)
  private static func word(of key: Int, in tape: Span<JSONWord>, text: Span<UInt8>) -> UInt64 {
    let (start, length) = (tape[key].offset, UInt64(truncatingIfNeeded: tape[key].extent))
    var word: UInt64 = 0
    if start &+ 8 <= text.count {
      // SAFETY: the load is bounds-checked; every bit pattern is a UInt64.
      word = UInt64(littleEndian: unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
    } else {
      for index in start..<text.count {
        word |= UInt64(text[index]) &<< UInt64(truncatingIfNeeded: 8 &* (index &- start))
      }
    }
    return length < 8 ? word & (1 &<< (8 &* length) &- 1) | length &<< 56 : word &+ length
  }

  private static func compareHashes(
    ofObjectAt object: Int, count: Int, in tape: Span<JSONWord>, text: Span<UInt8>
  ) -> Int? {
    // The number of slots is twice that of the keys, rounded up to a power of two; 0 is an empty slot.
    let mask = 1 << (Int.bitWidth - (2 * count - 1).leadingZeroBitCount) - 1
    var slots = [(key: UInt32, hash: UInt32)](repeating: (0, 0), count: mask + 1)
    let end = object + tape[object].extent
    var key = object + 1
    while key < end {
      let hash = hash(of: key, in: tape, text: text)
      var slot = Int(truncatingIfNeeded: hash) & mask
      let tag = UInt32(truncatingIfNeeded: hash >> 32)
      while slots[slot].key != 0 {
        if slots[slot].hash == tag, areEqual(Int(slots[slot].key), key, in: tape, text: text) { return key }
        slot = (slot + 1) & mask
      }
      slots[slot] = (UInt32(truncatingIfNeeded: key), tag)
      key = tape.next(after: key + 1)
    }
    return nil
  }

  private static func hash(of key: Int, in tape: Span<JSONWord>, text: Span<UInt8>) -> Int {
    // The standard library's hasher is SipHash, seeded afresh in each process.
    var hasher = Hasher()
    let start = tape[key].offset
    if tape[key].tag == .string {
      // SAFETY: the range lies within the text, as the scanner found it.
      unsafe text.extracting(start..<start + tape[key].extent).withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    } else {
      unsafe unescaped(key, in: tape, text: text).withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
    return hasher.finalize()
  }

  private static func unescaped(_ key: Int, in tape: Span<JSONWord>, text: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    let start = tape[key].offset
    JSONString.forEachUnescapedByte(text, start..<start + tape[key].extent) { byte in
      bytes.append(byte)
      return true
    }
    return bytes
  }
}
