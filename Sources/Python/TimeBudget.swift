private import Platform

/// The time that the expressions of one scan may take together.
///
/// A counter limits the attempt to match at one place, but not the attempts at all places of a text: `(?:[a-z]+\.)+@`
/// on a megabyte of letters runs to the last letter from each of them, and would take minutes. No counter of PCRE2 adds
/// that up, so time is measured; a search that takes too long is given up, without a result.
package struct TimeBudget {
  /// The number of places at which a match may start before the clock is first read.
  static let firstPiece = 1024
  private static let largestPiece = 1 << 30
  /// How long a piece between two readings of the clock should take, in nanoseconds.
  private static let targetPiece: UInt64 = 5_000_000

  /// In nanoseconds of this thread's CPU time, which other programs don't use up.
  private let limit: UInt64
  private var started: UInt64?
  private var lastReading: UInt64 = 0

  /// - Parameter seconds: counted from the first reading of the clock.
  package init(seconds: UInt64) { self.init(milliseconds: seconds * 1000) }

  package init(milliseconds: UInt64) {
    limit = milliseconds * 1_000_000
  }

  /// Whether there is time for more.
  package mutating func isLeft() -> Bool {
    let now = ThreadClock.nanoseconds()
    started = started ?? now
    lastReading = now
    return now &- (started ?? now) <= limit
  }

  /// Whether there is time for another piece.
  ///
  /// - Parameter piece: the size of the last piece; becomes the size of the next one.
  mutating func isLeft(forAnother piece: inout Int) -> Bool {
    let before = lastReading
    guard isLeft() else { return false }
    piece = lastReading &- before < Self.targetPiece ? min(piece * 2, Self.largestPiece) : max(piece / 2, 1)
    return true
  }
}
