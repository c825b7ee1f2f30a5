import Python

/// Where a text has runs of a kind that some detector asks for: a match of such a detector holds one of them, so the
/// rest of the text need not be searched.
struct Stretches {
  private struct Stretch {
    let range: Range<Int>
    /// Characters in it that count.
    let count: Int
  }

  /// How far a match may start before the run that it holds; the most that any detector has there is six bytes.
  private static let lead = 8

  private var all: [Stretch] = []

  init(of run: Requirement.Run, atLeast least: Int, in text: Span<UInt8>) {
    let kinds = Self.kinds[run.rawValue]
    var offset = 0
    while let start = Self.start(of: run, atLeast: least, from: offset, in: text, kinds) {
      var end = start
      var count = 0
      while end < text.count {
        let (kind, length) = Self.kind(at: end, in: text, kinds)
        if kind == 0 { break }
        if kind == 2 { count += 1 }
        end += length
      }
      if count >= least { all.append(Stretch(range: start..<end, count: count)) }
      offset = end + 1
    }
  }

  /// The next place where a run may start, none having been left out; nil for none.
  private static func start(
    of run: Requirement.Run, atLeast least: Int, from offset: Int, in text: Span<UInt8>, _ kinds: [UInt8]
  ) -> Int? {
    var position = offset
    if run == .groupedDigits {
      position = nextDigit(text, from: position)
    } else {
      // A run has at least so many bytes, so it can't lie between places that are as far apart.
      position += least - 1
      while position < text.count, kinds[Int(text[position])] == 0, text[position] < 0x80 { position += least }
    }
    guard position < text.count else { return nil }
    // Back to where it starts, over characters of more than one byte too.
    var start = position
    while start > offset {
      var previous = start - 1
      while previous > offset, text[previous] & 0xc0 == 0x80 { previous -= 1 }
      guard kind(at: previous, in: text, kinds).kind != 0 else { break }
      start = previous
    }
    while start < text.count, text[start] & 0xc0 == 0x80 { start += 1 }
    return start
  }

  /// The next byte that is a digit, or no ASCII; eight at a time where there is none.
  private static func nextDigit(_ text: Span<UInt8>, from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var position = start
    while position + 8 <= text.count {
      // SAFETY: the load is bounds-checked; every bit pattern is a UInt64.
      let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
      // The top bit of a byte stays clear where it is 0 to 9 after the subtraction of "0".
      let digits = ~(((word ^ (ones &* 0x30)) & (ones &* 0x7f)) &+ (ones &* 0x76)) | word
      guard digits & (ones &* 0x80) == 0 else { break }
      position += 8
    }
    while position < text.count, text[position] < 0x80, !(0x30...0x39).contains(text[position]) { position += 1 }
    return position
  }

  /// 0 for what ends a run, 1 for what is kept in one, 2 for what counts.
  private static func kind(at offset: Int, in text: Span<UInt8>, _ kinds: [UInt8]) -> (kind: UInt8, length: Int) {
    let byte = text[offset]
    if byte < 0x80 { return (kinds[Int(byte)], 1) }
    let (scalar, length) = UTF8Scalars.scalar(in: text, at: offset)
    return (kinds[Int(ProfileTables.standIn(for: scalar))], length)
  }

  // MARK: Windows

  /// Where matches of a detector may start that asks for so many characters.
  func windows(counting least: Int, in text: Span<UInt8>) -> [Range<Int>] {
    var windows: [Range<Int>] = []
    for stretch in all where stretch.count >= least {
      Self.add(stretch.range, lead: Self.lead, in: text, to: &windows)
    }
    return windows
  }

  /// Where matches may start that hold one of some literals within their first bytes.
  static func windows(before literals: [String], lead: Int, in text: Span<UInt8>) -> [Range<Int>] {
    var windows: [Range<Int>] = []
    let literals = literals.map { Array($0.utf8) }
    var starts = [Bool](repeating: false, count: 256)
    for case let first? in literals.map(\.first) { starts[Int(first)] = true }
    for offset in 0..<text.count where starts[Int(text[offset])] {
      let isHere = literals.contains { literal in
        offset + literal.count <= text.count && literal.indices.allSatisfy { text[offset + $0] == literal[$0] }
      }
      if isHere { add(offset..<offset, lead: lead, in: text, to: &windows) }
    }
    return windows
  }

  private static func add(_ range: Range<Int>, lead: Int, in text: Span<UInt8>, to windows: inout [Range<Int>]) {
    var start = max(0, range.lowerBound - lead)
    while start > 0, text[start] & 0xc0 == 0x80 { start -= 1 }
    if let last = windows.last, start <= last.upperBound {
      windows[windows.count - 1] = last.lowerBound..<range.upperBound
    } else {
      windows.append(start..<range.upperBound)
    }
  }

  /// For each kind of run and each byte, as ``kind(at:in:_:)`` says it.
  private static let kinds: [[UInt8]] = (0..<8).map { lane in
    (0..<256).map { byte in
      guard Requirement.Run(rawValue: lane) != nil else { return 0 }
      let (counts, keeps) = ProfileTables.takes(UInt8(byte), lane: lane)
      return counts ? 2 : keeps ? 1 : 0
    }
  }
}
