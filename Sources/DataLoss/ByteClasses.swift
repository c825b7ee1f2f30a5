private import CShims

/// What the bytes of a text are, 64 at a time: where runs of a kind stand is then found by whole words.
struct ByteClasses {
  /// The kinds of bytes that are told apart.
  enum Kind: CaseIterable {
    case digits, capitals, tokens, dashed, grouped, marks
  }

  let count: Int
  let isASCII: Bool
  private let blocks: [cz_byte_classes]

  init(_ text: Span<UInt8>) {
    count = text.count
    var isASCII = true
    let size = (text.count + 63) / 64
    // SAFETY: there is an element for each 64 bytes that are begun, and all are written. (Of no capacity it would be the
    // empty array that all threads share, whose count the standard library writes.)
    blocks = unsafe [cz_byte_classes](unsafeUninitializedCapacity: max(1, size)) { buffer, filled in
      unsafe text.withUnsafeBufferPointer { text in
        guard let start = text.baseAddress, let target = buffer.baseAddress else { return }
        isASCII = unsafe cz_classify(start, text.count, target) != 0
        filled = size
      }
    }
    self.isASCII = isASCII
  }

  /// Whether so many bytes of a kind stand together somewhere.
  func hasRun(of kind: Kind, atLeast least: Int) -> Bool {
    nextRun(of: kind, holding: kind, atLeast: least, from: 0) != nil
  }

  /// The next place where so many bytes of a kind stand together: all that do.
  ///
  /// - Parameters:
  ///   - needed: of what kind some byte of the run has to be; runs without any may be left out.
  ///   - offset: where no run goes on, such as the end of one.
  func nextRun(of kind: Kind, holding needed: Kind, atLeast least: Int, from offset: Int) -> Range<Int>? {
    var start = offset
    while let place = endOfRun(of: kind, holding: needed, atLeast: min(least, 64), from: start) {
      let run = run(of: kind, around: place)
      if run.count >= least { return run }
      start = run.upperBound
    }
    return nil
  }

  /// A byte that is the last of so many of a kind, 64 at the most.
  private func endOfRun(of kind: Kind, holding needed: Kind, atLeast least: Int, from offset: Int) -> Int? {
    guard offset < count else { return nil }
    // So long a run has eight bytes somewhere that fill a byte of a word; a word without one needs no closer look.
    let fillsBytes = least >= 15
    // A bit is left where so many bits before it are set, its own among them; of the word before, the upper ones count.
    var before: UInt64 = 0
    var wasFull = false
    var wasNeeded = false
    for index in offset / 64..<blocks.count {
      var word = word(kind, index)
      if index == offset / 64 { word &= UInt64.max &<< UInt64(offset % 64) }
      let isFull = Self.hasFullByte(word)
      // So many bytes of a run that has a needed one end in the word of that one, or in the next.
      let isNeeded = self.word(needed, index) != 0
      defer { (before, wasFull, wasNeeded) = (word, isFull, isNeeded) }
      guard isFull || wasFull || !fillsBytes, isNeeded || wasNeeded else { continue }
      var (low, high) = (before, word)
      var length = 1
      while length < least, high != 0 {
        let step = min(length, least - length)
        let shifted = (high &<< UInt64(step)) | (low &>> UInt64(64 - step))
        low &= low &<< UInt64(step)
        high &= shifted
        length += step
      }
      if high != 0 { return 64 * index + high.trailingZeroBitCount }
    }
    return nil
  }

  /// Whether one of the eight bytes of a word has all of its bits set.
  private static func hasFullByte(_ word: UInt64) -> Bool {
    (~word &- 0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 != 0
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
    while gaps == 0, index + 1 < blocks.count {
      index += 1
      gaps = ~word(kind, index)
    }
    let end = gaps == 0 ? count : min(count, 64 * index + gaps.trailingZeroBitCount)
    return start..<end
  }

  /// Calls `body` with the place of each byte of a kind.
  @inline(__always)
  func forEach(_ kind: Kind, _ body: (Int) -> Void) {
    for index in blocks.indices {
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
  private func word(_ kind: Kind, _ index: Int) -> UInt64 {
    switch kind {
    case .digits: blocks[index].digits
    case .capitals: blocks[index].capitals
    case .tokens: blocks[index].tokens
    case .dashed: blocks[index].dashed
    case .grouped: blocks[index].grouped
    case .marks: blocks[index].marks
    }
  }
}
