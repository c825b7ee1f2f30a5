import Python

/// The runs in a text of a kind that some detector asks for: a match of such a detector holds one of them, so the rest
/// of the text need not be searched.
struct Stretches {
  private struct Stretch {
    let range: Range<Int>
    /// The number of characters in it that count.
    let count: Int
  }

  /// How many bytes before its run a match may start; no detector needs more than six.
  private static let lead = 8

  private var all: [Stretch] = []
  /// The largest count of any stretch.
  private var most = 0

  /// - Parameter profile: that of the text.
  init(of run: Requirement.Run, atLeast least: Int, in text: Span<UInt8>, _ profile: TextProfile) {
    switch run {
    case .digits where profile.isPlain: find(.digits, counting: .digits, atLeast: least, in: profile.classes)
    case .capitals where profile.isPlain: find(.capitals, counting: .capitals, atLeast: least, in: profile.classes)
    case .dashedDigits where profile.isPlain: find(.dashed, counting: .digits, atLeast: least, in: profile.classes)
    case .groupedDigits where profile.isPlain: find(.grouped, counting: .digits, atLeast: least, in: profile.classes)
    default: find(run, atLeast: least, in: text, isPlain: profile.isPlain)
    }
  }

  private mutating func add(_ range: Range<Int>, count: Int) {
    all.append(Stretch(range: range, count: count))
    most = max(most, count)
  }

  // MARK: By classes of bytes

  private mutating func find(
    _ kind: ByteClasses.Kind, counting counted: ByteClasses.Kind, atLeast least: Int, in classes: ByteClasses
  ) {
    var offset = 0
    while let run = classes.nextRun(of: kind, atLeast: least, from: offset) {
      let count = classes.count(counted, in: run)
      if count >= least { add(run, count: count) }
      offset = run.upperBound
    }
  }

  // MARK: Character by character

  private mutating func find(
    _ run: Requirement.Run, atLeast least: Int, in text: Span<UInt8>, isPlain: Bool
  ) {
    let kinds = Kinds(run: run, isPlain: isPlain)
    // If all of a run's bytes count, it can't fit between two places that are its length apart.
    let stride = run == .groupedDigits || run == .dashedDigits ? 1 : least
    var offset = 0
    while let start = Self.start(of: kinds, stride: stride, from: offset, in: text) {
      var end = start
      var count = 0
      while end < text.count {
        let (kind, length) = kinds.kind(at: end, in: text)
        if kind == 0 { break }
        if kind == 2 { count += 1 }
        end += length
      }
      if count >= least { add(start..<end, count: count) }
      offset = end + 1
    }
  }

  /// The next place where a run may start, none having been skipped; nil for none.
  private static func start(of kinds: Kinds, stride: Int, from offset: Int, in text: Span<UInt8>) -> Int? {
    var position = offset + stride - 1
    while position < text.count, !kinds.mayHold(text[position]) { position += stride }
    guard position < text.count else { return nil }
    // Back to the start of the run, also over characters of more than one byte.
    var start = position
    while start > offset {
      var previous = start - 1
      while previous > offset, text[previous] & 0xc0 == 0x80 { previous -= 1 }
      guard kinds.kind(at: previous, in: text).kind != 0 else { break }
      start = previous
    }
    while start < text.count, text[start] & 0xc0 == 0x80 { start += 1 }
    return start
  }

  // MARK: Windows

  /// Where matches of a detector that asks for this many characters may start.
  func windows(counting least: Int, in text: Span<UInt8>) -> [Range<Int>] {
    guard most >= least else { return [] }
    var windows: [Range<Int>] = []
    for stretch in all where stretch.count >= least {
      Self.add(stretch.range, lead: Self.lead, in: text, to: &windows)
    }
    return windows
  }

  /// Where matches that hold one of some literals within their first bytes may start.
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

  // MARK: Kinds

  /// The role of a character in a kind of run: 0 ends a run, 1 is kept in it, 2 counts.
  private struct Kinds {
    let isPlain: Bool
    private let run: Requirement.Run
    private let ofBytes: [UInt8]

    private static let all: [[UInt8]] = Requirement.Run.allCases.map { run in
      (UInt8.min...UInt8.max).map { run.counts($0) ? 2 : run.keeps($0) ? 1 : 0 }
    }

    init(run: Requirement.Run, isPlain: Bool) {
      self.isPlain = isPlain
      self.run = run
      ofBytes = Self.all[run.rawValue]
    }

    /// Whether a byte may belong to a character that a run may hold.
    func mayHold(_ byte: UInt8) -> Bool { ofBytes[Int(byte)] != 0 || (byte >= 0x80 && !isPlain) }

    func kind(at offset: Int, in text: Span<UInt8>) -> (kind: UInt8, length: Int) {
      let byte = text[offset]
      if byte < 0x80 || isPlain { return (ofBytes[Int(byte)], 1) }
      let (scalar, length) = UTF8Scalars.scalar(in: text, at: offset)
      return switch OtherScripts.kind(of: scalar) {
      case .digit: (2, length)
      case .space: (run == .groupedDigits ? 1 : 0, length)
      case .neither: (0, length)
      }
    }
  }
}
