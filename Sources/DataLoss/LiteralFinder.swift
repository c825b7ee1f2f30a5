private import CShims

/// A bit for each literal.
typealias LiteralSet = SIMD2<UInt64>

/// Finds which of the literals that detectors ask for occur in a text, all of them in one pass.
///
/// Each pair of bytes is looked up in a table of 65 536 bits, which holds one pair of each literal: the one that is the
/// rarest in prose. What the table lets through is compared in full. A literal of one byte is looked for by itself.
final class LiteralFinder: Sendable {
  static let shared = LiteralFinder()

  private struct Entry {
    /// The literal's bytes, the first one lowest.
    let word: UInt32
    let mask: UInt32
    let pair: UInt16
    /// Bytes before the pair.
    let lead: Int
    let bit: LiteralSet
  }

  /// The literals, each as a word, numbered.
  private let words: [UInt32]
  private let singles: [(byte: UInt8, bit: LiteralSet)]
  /// A bit for each pair of bytes, the first one of the pair lowest.
  private let pairs: [UInt64]
  /// All others, by the first byte of their pair.
  private let entries: [Entry]
  /// For each byte, where the entries begin whose pair has it first.
  private let starts: [Int]

  private init() {
    var words: [UInt32] = []
    var singles: [(byte: UInt8, bit: LiteralSet)] = []
    var pairs = [UInt64](repeating: 0, count: 1024)
    var entries: [Entry] = []
    for case .literal(let texts, _) in (BuiltinDetectors.all + CredentialDetectors.all).map(\.requirement) {
      for text in texts {
        let bytes = Array(text.utf8)
        let word = Self.word(of: bytes)
        guard !words.contains(word) else { continue }
        let bit = Self.bit(words.count)
        words.append(word)
        guard bytes.count > 1 else {
          singles.append((bytes[0], bit))
          continue
        }
        let lead = (0..<bytes.count - 1).max { Self.rarity(bytes, at: $0) < Self.rarity(bytes, at: $1) } ?? 0
        let pair = UInt16(bytes[lead]) | UInt16(bytes[lead + 1]) << 8
        pairs[Int(pair >> 6)] |= 1 << UInt64(pair & 63)
        let mask = UInt32.max >> UInt32(32 - 8 * bytes.count)
        entries.append(Entry(word: word, mask: mask, pair: pair, lead: lead, bit: bit))
      }
    }
    entries.sort { $0.pair & 0xff < $1.pair & 0xff }
    var starts = [Int](repeating: 0, count: 257)
    for entry in entries { starts[Int(entry.pair & 0xff) + 1] += 1 }
    for byte in 1...256 { starts[byte] += starts[byte - 1] }
    self.words = words
    self.singles = singles
    self.pairs = pairs
    self.entries = entries
    self.starts = starts
  }

  /// - Parameter literal: one to four bytes, none of them 0.
  private static func word(of literal: [UInt8]) -> UInt32 {
    precondition((1...4).contains(literal.count))
    return literal.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// How rare a pair is in prose: letters by their frequency, all else is rarer.
  private static func rarity(_ bytes: [UInt8], at place: Int) -> Int {
    rarities[Int(bytes[place])] + rarities[Int(bytes[place + 1])]
  }

  private static let rarities: [Int] = {
    var rarities = [Int](repeating: 40, count: 256)
    for (rarity, letter) in "etaoinshrdlcumwfgypbvkjxqz".utf8.enumerated() { rarities[Int(letter)] = rarity }
    return rarities
  }()

  /// The bits of some of the literals.
  func set(of texts: [String]) -> LiteralSet {
    texts.reduce(.zero) { set, text in
      words.firstIndex(of: Self.word(of: Array(text.utf8))).map { set | Self.bit($0) } ?? set
    }
  }

  /// The literals that occur in a text.
  func occurring(in text: Span<UInt8>) -> LiteralSet {
    var found = LiteralSet.zero
    guard !text.isEmpty else { return found }
    for (byte, bit) in singles {
      // SAFETY: the buffer is read within its count.
      let place = unsafe text.withUnsafeBufferPointer { text in
        unsafe text.baseAddress.map { unsafe cz_find_byte($0, 0, text.count, byte) } ?? -1
      }
      if place >= 0 { found |= bit }
    }
    unsafe pairs.withUnsafeBufferPointer { pairs in
      var offset = 0
      // Two loads of the text for eight pairs of it, and one branch.
      while offset &+ 9 <= text.count {
        // SAFETY: the loads are bounds-checked; every bit pattern is a UInt64.
        let even = unsafe UInt64(littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let odd = unsafe UInt64(
          littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ 1, as: UInt64.self))
        let first = unsafe Self.bit(of: even, in: pairs) | Self.bit(of: even &>> 16, in: pairs)
        let second = unsafe Self.bit(of: even &>> 32, in: pairs) | Self.bit(of: even &>> 48, in: pairs)
        let third = unsafe Self.bit(of: odd, in: pairs) | Self.bit(of: odd &>> 16, in: pairs)
        let fourth = unsafe Self.bit(of: odd &>> 32, in: pairs) | Self.bit(of: odd &>> 48, in: pairs)
        if (first | second | third | fourth) & 1 != 0 { take(offset..<offset + 8, in: text, to: &found) }
        offset &+= 8
      }
      take(offset..<max(offset, text.count - 1), in: text, to: &found)
    }
    return found
  }

  /// The lowest bit tells whether the table holds the pair in the lowest two bytes of a word.
  @inline(__always)
  private static func bit(of word: UInt64, in pairs: UnsafeBufferPointer<UInt64>) -> UInt64 {
    // SAFETY: there are 1024 words, and a sixty-fourth of 65 536 is less.
    unsafe pairs[Int(truncatingIfNeeded: word & 0xffff) &>> 6] &>> (word & 63)
  }

  /// Compares the literals that have one of the pairs at these offsets with the text around it.
  @inline(never)
  private func take(_ offsets: Range<Int>, in text: Span<UInt8>, to found: inout LiteralSet) {
    for offset in offsets {
      let pair = UInt16(text[offset]) | UInt16(text[offset + 1]) << 8
      guard pairs[Int(pair >> 6)] & 1 << UInt64(pair & 63) != 0 else { continue }
      take(pair, at: offset, in: text, to: &found)
    }
  }

  private func take(_ pair: UInt16, at offset: Int, in text: Span<UInt8>, to found: inout LiteralSet) {
    let first = Int(pair & 0xff)
    for number in starts[first]..<starts[first + 1] where entries[number].pair == pair {
      let entry = entries[number]
      let start = offset - entry.lead
      guard start >= 0 else { continue }
      var word: UInt32 = 0
      for place in 0..<min(4, text.count - start) { word |= UInt32(text[start + place]) << UInt32(8 * place) }
      if word & entry.mask == entry.word { found |= entry.bit }
    }
  }

  private static func bit(_ number: Int) -> LiteralSet {
    precondition(number < 128)
    var set = LiteralSet.zero
    set[number / 64] = 1 << UInt64(number % 64)
    return set
  }
}
