private import CShims

/// The kinds of a text's bytes, 64 bytes at a time, so that runs of a kind are found by whole words.
struct ByteClasses {
  /// The kinds of bytes that are distinguished, in the order in which `cz_classify` writes them.
  enum Kind: Int, CaseIterable {
    case digits, capitals, tokens, dashed, grouped, marks
  }

  let count: Int
  let isASCII: Bool
  /// For each kind, one bit per byte, 64 to a word.
  private let words: [UInt64]
  /// The number of words for each kind.
  private let size: Int

  init(_ text: Span<UInt8>) {
    count = text.count
    var isASCII = true
    let size = (text.count + 63) / 64
    let all = Int(CZ_BYTE_KINDS) * size
    self.size = size
    // SAFETY: each kind has a word for every 64 bytes begun, and all are written. (With capacity 0 this would be the
    // empty array that all threads share, whose count the standard library writes.)
    words = unsafe [UInt64](unsafeUninitializedCapacity: max(1, all)) { buffer, filled in
      unsafe text.withUnsafeBufferPointer { text in
        guard let start = text.baseAddress, let target = buffer.baseAddress else { return }
        isASCII = unsafe cz_classify(start, text.count, target) != 0
        filled = all
      }
    }
    self.isASCII = isASCII
  }

  /// Whether there is a run of at least this many bytes of a kind.
  func hasRun(of kind: Kind, atLeast least: Int) -> Bool { nextRun(of: kind, atLeast: least, from: 0) != nil }

  /// The next run of at least this many bytes of a kind, in full.
  ///
  /// - Parameter offset: where no run continues, such as the end of one.
  func nextRun(of kind: Kind, atLeast least: Int, from offset: Int) -> Range<Int>? {
    var start = offset
    while let place = endOfRun(of: kind, atLeast: min(least, 64), from: start) {
      let run = run(of: kind, around: place)
      if run.count >= least { return run }
      start = run.upperBound
    }
    return nil
  }

  /// The last of this many consecutive bytes of a kind, 64 at most.
  private func endOfRun(of kind: Kind, atLeast least: Int, from offset: Int) -> Int? {
    guard offset < count else { return nil }
    // The bits of a word at which 1, then 2, then 4, … bytes of the kind end, and those of the word before.
    var before = InlineArray<6, UInt64>(repeating: 0)
    var isBeforeEmpty = true
    var mask = UInt64.max &<< UInt64(offset % 64)
    for index in offset / 64..<size {
      var ends = word(kind, index) & mask
      mask = .max
      // Most kinds are rare in most texts.
      guard ends != 0 else {
        if !isBeforeEmpty { before = .init(repeating: 0) }
        isBeforeEmpty = true
        continue
      }
      isBeforeEmpty = false
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

  /// The run of bytes of a kind around one of them.
  private func run(of kind: Kind, around offset: Int) -> Range<Int> {
    var index = offset / 64
    // Back to the last byte that is not of the kind.
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

  /// Calls `body` with the offset of each byte of a kind.
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

  /// The number of bytes of a kind in a range that is not empty.
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
