import Wire

/// One bit per literal.
typealias LiteralSet = SIMD2<UInt64>

/// Finds which of the detectors' literals occur in a text, all of them in one pass over its marks.
///
/// Both pairs of bytes that contain a mark are looked up in a table of 65 536 bits, which holds one pair of each
/// literal: of its pairs with a mark, the one that is rarest in prose. What the table lets through is compared in full.
/// A literal of one byte is searched for separately.
final class LiteralFinder: Sendable {
  static let shared = LiteralFinder()

  private struct Entry {
    /// The literal's bytes, the first one lowest.
    let word: UInt32
    let mask: UInt32
    let pair: UInt16
    /// The number of bytes before the pair.
    let lead: Int
    let bit: LiteralSet
  }

  /// The literals, each as a word; the position is the literal's number.
  private let words: [UInt32]
  private let singles: [(byte: UInt8, bit: LiteralSet)]
  /// One bit for each pair of bytes, the first one of the pair lowest.
  private let pairs: [UInt64]
  /// All other literals, by the first byte of their pair.
  private let entries: [Entry]
  /// For each byte, the start of the entries whose pair begins with it.
  private let starts: [Int]

  private init() {
    var words: [UInt32] = []
    var singles: [(byte: UInt8, bit: LiteralSet)] = []
    var pairs = [UInt64](repeating: 0, count: 1024)
    var entries: [Entry] = []
    for case .literal(let texts, _) in (BuiltinDetectors.all + CredentialDetectors.all).map(\.requirement) {
      for text in texts {
        let word = Self.word(of: text.utf8)
        guard !words.contains(word) else { continue }
        let bytes = Array(text.utf8)
        let bit = Self.bit(words.count)
        words.append(word)
        guard bytes.count > 1 else {
          singles.append((bytes[0], bit))
          continue
        }
        let lead = Self.lead(of: bytes)
        let pair = UInt16(bytes[lead]) | UInt16(bytes[lead + 1]) << 8
        pairs[Int(pair >> 6)] |= 1 << UInt64(pair & 63)
        let mask = UInt32.max >> UInt32(32 - 8 * bytes.count)
        let place = entries.firstIndex { $0.pair & 0xff > pair & 0xff } ?? entries.count
        entries.insert(Entry(word: word, mask: mask, pair: pair, lead: lead, bit: bit), at: place)
      }
    }
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
  private static func word(of literal: String.UTF8View) -> UInt32 {
    var word: UInt32 = 0
    var shift: UInt32 = 0
    for byte in literal {
      word |= UInt32(byte) << shift
      shift += 8
    }
    precondition((8...32).contains(shift))
    return word
  }

  /// The number of bytes before the pair that a literal is found by.
  private static func lead(of literal: [UInt8]) -> Int {
    var best: (lead: Int, rarity: Int)?
    ByteClasses(literal.span).forEach(.marks) { place in
      for lead in max(0, place - 1)...min(place, literal.count - 2) {
        let rarity = rarity(literal, at: lead)
        if rarity >= best?.rarity ?? 0 { best = (lead, rarity) }
      }
    }
    guard let best else { preconditionFailure("a literal without a mark") }
    return best.lead
  }

  /// How rare a pair is in prose: letters by their frequency; anything else is rarer.
  private static func rarity(_ bytes: [UInt8], at place: Int) -> Int {
    rarities[Int(bytes[place])] + rarities[Int(bytes[place + 1])]
  }

  private static let rarities: [Int] = {
    var rarities = [Int](repeating: 40, count: 256)
    for (rarity, letter) in "etaoinshrdlcumwfgypbvkjxqz".utf8.enumerated() { rarities[Int(letter)] = rarity }
    return rarities
  }()

  /// The bits of these literals.
  func set(of texts: [String]) -> LiteralSet {
    texts.reduce(.zero) { set, text in
      words.firstIndex(of: Self.word(of: text.utf8)).map { set | Self.bit($0) } ?? set
    }
  }

  /// The literals that occur in a text.
  ///
  /// - Parameter classes: those of the text.
  func occurring(in text: Span<UInt8>, _ classes: ByteClasses) -> LiteralSet {
    var found = LiteralSet.zero
    guard !text.isEmpty else { return found }
    for (byte, bit) in singles where text.firstIndex(of: byte, in: 0..<text.count) != nil { found |= bit }
    classes.forEach(.marks) { place in
      let byte = UInt16(text[place])
      if place > 0 { take(UInt16(text[place &- 1]) | byte << 8, at: place &- 1, in: text, to: &found) }
      if place &+ 1 < text.count { take(byte | UInt16(text[place &+ 1]) << 8, at: place, in: text, to: &found) }
    }
    return found
  }

  @inline(__always)
  private func take(_ pair: UInt16, at offset: Int, in text: Span<UInt8>, to found: inout LiteralSet) {
    guard pairs[Int(pair &>> 6)] &>> UInt64(pair & 63) & 1 != 0 else { return }
    compare(pair, at: offset, in: text, to: &found)
  }

  /// Compares the literals that have this pair with the text around it.
  @inline(never)
  private func compare(_ pair: UInt16, at offset: Int, in text: Span<UInt8>, to found: inout LiteralSet) {
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
