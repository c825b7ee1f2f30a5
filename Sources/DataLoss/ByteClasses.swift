private import CShims

/// What the bytes of a text are, 64 at a time: where runs of a kind stand is then found by whole words.
struct ByteClasses {
  /// The kinds of bytes that are told apart, in the order that `cz_classify` writes them in.
  enum Kind: Int, CaseIterable {
    case digits, capitals, tokens, dashed, grouped, marks
  }

  let count: Int
  let isASCII: Bool
  /// For each kind a bit for each byte, 64 of them a word.
  private let words: [UInt64]
  /// Words of each kind.
  private let size: Int

  init(_ text: Span<UInt8>) {
    count = text.count
    var isASCII = true
    let size = (text.count + 63) / 64
    let all = Int(CZ_BYTE_KINDS) * size
    self.size = size
    // SAFETY: there is a word of each kind for each 64 bytes that are begun, and all are written. (Of no capacity it
    // would be the empty array that all threads share, whose count the standard library writes.)
    words = unsafe [UInt64](unsafeUninitializedCapacity: max(1, all)) { buffer, filled in
      unsafe text.withUnsafeBufferPointer { text in
        guard let start = text.baseAddress, let target = buffer.baseAddress else { return }
        isASCII = unsafe cz_classify(start, text.count, target) != 0
        filled = all
      }
    }
    self.isASCII = isASCII
  }

  /// Whether so many bytes of a kind stand together somewhere.
  func hasRun(of kind: Kind, atLeast least: Int) -> Bool { nextRun(of: kind, atLeast: least, from: 0) != nil }

  /// The next place where so many bytes of a kind stand together: all that do.
  ///
  /// - Parameter offset: where no run goes on, such as the end of one.
  func nextRun(of kind: Kind, atLeast least: Int, from offset: Int) -> Range<Int>? {
    var start = offset
    while let place = endOfRun(of: kind, atLeast: min(least, 64), from: start) {
      let run = run(of: kind, around: place)
      if run.count >= least { return run }
      start = run.upperBound
    }
    return nil
  }

  /// A byte that is the last of so many of a kind, 64 at the most.
  private func endOfRun(of kind: Kind, atLeast least: Int, from offset: Int) -> Int? {
    guard offset < count else { return nil }
    // The bits of a word where 1, then 2, then 4, … bytes of the kind end, and the same of the word before.
    var before = InlineArray<6, UInt64>(repeating: 0)
    var mask = UInt64.max &<< UInt64(offset % 64)
    for index in offset / 64..<size {
      var ends = word(kind, index) & mask
      mask = .max
      var (length, level) = (1, 0)
      while length < least {
        let step = min(length, least &- length)
        let ended = ends &<< UInt64(step) | before[level] &>> UInt64(64 &- step)
        before[level] = ends
        ends &= ended
        length &+= step
        level &+= 1
      }
      if ends != 0 { return 64 * index + ends.trailingZeroBitCount }
    }
    return nil
  }

  /// The bytes of a kind that stand together around one of them.
  private func run(of kind: Kind, around offset: Int) -> Range<Int> {
    var index = offset / 64
    // Back to the last byte that is none.
    var gaps = ~word(kind, index) & ~(UInt64.max &<< UInt64(offset % 64))
    while gaps == 0, index > 0 {
      index -= 1
      gaps = ~word(kind, index)
    }
    let start = gaps == 0 ? 0 : 64 * index + 64 - gaps.leadingZeroBitCount
    index = offset / 64
    gaps = ~word(kind, index) & (UInt64.max &<< UInt64(offset % 64))
    while gaps == 0, index + 1 < size {
      index += 1
      gaps = ~word(kind, index)
    }
    let end = gaps == 0 ? count : min(count, 64 * index + gaps.trailingZeroBitCount)
    return start..<end
  }

  /// Calls `body` with the place of each byte of a kind.
  @inline(__always)
  func forEach(_ kind: Kind, _ body: (Int) -> Void) {
    for index in 0..<size {
      var word = word(kind, index)
      while word != 0 {
        body(64 &* index &+ word.trailingZeroBitCount)
        word &= word &- 1
      }
    }
  }

  /// How many bytes of a kind there are in a range that is not empty.
  func count(_ kind: Kind, in range: Range<Int>) -> Int {
    let (first, last) = (range.lowerBound / 64, (range.upperBound - 1) / 64)
    var sum = 0
    for index in first...last {
      var word = word(kind, index)
      if index == first { word &= UInt64.max &<< UInt64(range.lowerBound % 64) }
      if index == last { word &= UInt64.max &>> UInt64(63 - (range.upperBound - 1) % 64) }
      sum += word.nonzeroBitCount
    }
    return sum
  }

  @inline(__always)
  private func word(_ kind: Kind, _ index: Int) -> UInt64 { words[kind.rawValue &* size &+ index] }
}
