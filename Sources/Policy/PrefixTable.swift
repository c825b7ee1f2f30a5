/// Finds all patterns whose literal start a text starts with, in one pass over the text.
///
/// A hash of the text grows byte by byte and is looked up at those lengths that some pattern has. What is found is to
/// be checked: two starts may share a hash.
struct PrefixTable: Sendable {
  struct Entry: Sendable {
    let rule: Int32
    /// The place of its pattern among the policy's.
    let pattern: Int32
  }

  private struct Slot: Sendable {
    var hash: UInt64 = 0
    var first: Int32 = 0
    var count: Int32 = 0
  }

  /// Sorted by rule within each start.
  private(set) var entries: [Entry] = []
  private var slots: [Slot] = []
  private var hasLength: [Bool] = []

  init(_ items: [(start: [UInt8], entry: Entry)]) {
    guard !items.isEmpty else { return }
    var groups: [UInt64: [Entry]] = [:]
    for (start, entry) in items {
      if hasLength.count <= start.count {
        hasLength += [Bool](repeating: false, count: start.count + 1 - hasLength.count)
      }
      hasLength[start.count] = true
      groups[start.reduce(Self.seed, Self.step), default: []].append(entry)
    }
    var capacity = 4
    while capacity < groups.count * 2 { capacity *= 2 }
    slots = [Slot](repeating: Slot(), count: capacity)
    for (hash, group) in groups {
      var place = Self.place(hash, capacity)
      while slots[place].count > 0 { place = (place + 1) & (capacity - 1) }
      let first = entries.count
      entries += group.sorted { $0.rule < $1.rule }
      slots[place] = Slot(hash: hash, first: Int32(first), count: Int32(group.count))
    }
  }

  /// Calls `body` with the range of entries of each start that the text, from `offset` on, may have.
  @inline(__always)
  func forEachHit(in text: Span<UInt8>, from offset: Int, _ body: (Range<Int32>) -> Void) {
    var hash = Self.seed
    let most = min(text.count - offset, hasLength.count - 1)
    guard most > 0 else { return }
    for length in 1...most {
      hash = Self.step(hash, text[offset + length - 1])
      guard hasLength[length] else { continue }
      var place = Self.place(hash, slots.count)
      while slots[place].count > 0 {
        if slots[place].hash == hash {
          body(slots[place].first..<slots[place].first + slots[place].count)
          break
        }
        place = (place + 1) & (slots.count - 1)
      }
    }
  }

  // FNV-1a.
  private static let seed: UInt64 = 0xcbf2_9ce4_8422_2325

  @inline(__always)
  private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }

  @inline(__always)
  private static func place(_ hash: UInt64, _ capacity: Int) -> Int {
    Int(truncatingIfNeeded: (hash &* 0x9e37_79b9_7f4a_7c15) >> 32) & (capacity - 1)
  }
}
