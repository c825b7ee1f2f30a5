/// Finds all patterns whose literal start is a prefix of a text, in one pass over the text.
///
/// A hash of the text grows byte by byte and is looked up at each length that some pattern has. Hits must be checked,
/// because two starts may share a hash.
struct PrefixTable: Sendable {
  struct Entry: Sendable {
    let rule: Int32
    /// The pattern's number within the rule.
    let pattern: Int32
  }

  private struct Slot: Sendable {
    var hash: UInt64 = 0
    var first: Int32 = 0
    var count: Int32 = 0
  }

  /// Entries with the same start are adjacent, in the order in which they were added.
  private(set) var entries: [Entry] = []
  private var slots: [Slot] = []
  private var hasLength: [Bool] = []

  /// A pattern to be found by the text it starts with.
  struct Item {
    fileprivate private(set) var hash = PrefixTable.seed
    fileprivate private(set) var length = 0
    fileprivate let entry: Entry

    /// A pattern whose start is still empty.
    init(_ entry: Entry) { self.entry = entry }

    init(start: ArraySlice<UInt8>, entry: Entry) {
      self.init(entry)
      for byte in start { append(byte) }
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
      hash = PrefixTable.step(hash, byte)
      length += 1
    }
  }

  /// - Parameter items: in the order of their rules.
  init(_ items: [Item]) {
    guard !items.isEmpty else { return }
    var capacity = 4
    while capacity < items.count * 2 { capacity *= 2 }
    slots = [Slot](repeating: Slot(), count: capacity)
    hasLength = [Bool](repeating: false, count: (items.lazy.map(\.length).max() ?? 0) + 1)
    for item in items {
      hasLength[item.length] = true
      let place = place(of: item.hash)
      slots[place].hash = item.hash
      slots[place].count += 1
    }
    // Each start gets its own range, which is filled from its end.
    var end: Int32 = 0
    for place in slots.indices {
      end += slots[place].count
      slots[place].first = end
    }
    entries = [Entry](repeating: items[0].entry, count: items.count)
    for item in items.reversed() {
      let place = place(of: item.hash)
      slots[place].first -= 1
      entries[Int(slots[place].first)] = item.entry
    }
  }

  /// The slot of a hash, or an empty one.
  @inline(__always)
  private func place(of hash: UInt64) -> Int {
    var place = Self.place(hash, slots.count)
    while slots[place].count > 0, slots[place].hash != hash { place = (place + 1) & (slots.count - 1) }
    return place
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
      let slot = slots[place(of: hash)]
      if slot.count > 0 { body(slot.first..<slot.first + slot.count) }
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
