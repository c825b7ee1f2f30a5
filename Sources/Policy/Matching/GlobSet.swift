/// The `[seq]` of a shell pattern, with the corner cases of Python's `fnmatch.translate`.
struct GlobSet: Sendable {
  private let isNegated: Bool
  private let ranges: [ClosedRange<UInt32>]

  func contains(_ scalar: UInt32) -> Bool {
    ranges.contains { $0.contains(scalar) } != isNegated
  }

  private static let bang = UInt32(UInt8(ascii: "!"))
  private static let hyphen = UInt32(UInt8(ascii: "-"))
  private static let bracket = UInt32(UInt8(ascii: "]"))

  /// Reads a set from the scalar after its `[`; nil if its `]` is missing.
  static func parse(_ pattern: [UInt32], from start: Int) -> (set: GlobSet, end: Int)? {
    var close = start
    if close < pattern.count, pattern[close] == bang { close += 1 }
    // A `]` in first place is a member.
    if close < pattern.count, pattern[close] == bracket { close += 1 }
    while close < pattern.count, pattern[close] != bracket { close += 1 }
    guard close < pattern.count else { return nil }

    let isNegated = pattern[start] == bang
    let chunks = chunks(of: pattern, start, close, isNegated: isNegated)
    return (GlobSet(isNegated: isNegated, ranges: ranges(joining: chunks)), close + 1)
  }

  /// The parts between the hyphens that form ranges, without the `!`; empty ranges are removed.
  private static func chunks(
    of pattern: [UInt32], _ start: Int, _ close: Int, isNegated: Bool
  ) -> [[UInt32]] {
    var from = start
    var chunks: [[UInt32]] = []
    var search = isNegated ? start + 2 : start + 1
    while search < close, let hyphen = pattern[search..<close].firstIndex(of: hyphen) {
      chunks.append(Array(pattern[from..<hyphen]))
      from = hyphen + 1
      search = hyphen + 3
    }
    if from < close || chunks.isEmpty {
      chunks.append(Array(pattern[min(from, close)..<close]))
    } else {
      chunks[chunks.count - 1].append(hyphen)
    }
    if isNegated, !chunks[0].isEmpty { chunks[0].removeFirst() }
    for index in stride(from: chunks.count - 1, to: 0, by: -1) {
      guard let low = chunks[index - 1].last, let high = chunks[index].first, low > high else { continue }
      chunks[index - 1] = chunks[index - 1].dropLast() + chunks[index].dropFirst()
      chunks.remove(at: index)
    }
    return chunks
  }

  private static func ranges(joining chunks: [[UInt32]]) -> [ClosedRange<UInt32>] {
    var ranges: [ClosedRange<UInt32>] = []
    for (index, chunk) in chunks.enumerated() {
      // The last scalar of a chunk and the first of the next are the ends of a range.
      let first = index == 0 ? 0 : 1
      let last = index == chunks.count - 1 ? chunk.count : chunk.count - 1
      if first < last { for scalar in chunk[first..<last] { ranges.append(scalar...scalar) } }
      if index < chunks.count - 1, let low = chunk.last, let high = chunks[index + 1].first, low <= high {
        ranges.append(low...high)
      }
    }
    return ranges
  }
}
