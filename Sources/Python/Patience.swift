private import Platform

/// How long the expressions of one scan may take together.
///
/// A try at one place is limited by counting. The tries at all places of a text are not: `(?:[a-z]+\.)+@` on a megabyte of
/// letters runs to their end from each of them, and would take minutes. Nothing that PCRE2 counts adds that up, so time does; what
/// is given up has no result, and goes no further.
package struct Patience {
  /// Places at which a match may start, before the time is first looked at.
  static let firstPiece = 1024
  private static let largestPiece = 1 << 30
  /// What is looked at at a time takes about as long.
  private static let glance: UInt64 = 5_000_000

  /// In nanoseconds of this thread's own time on a CPU, which other programs don't use up.
  private let limit: UInt64
  private var started: UInt64?
  private var lookedAt: UInt64 = 0

  /// - Parameter seconds: from when a long text is first looked at.
  package init(seconds: UInt64) { self.init(milliseconds: seconds * 1000) }

  package init(milliseconds: UInt64) {
    limit = milliseconds * 1_000_000
  }

  /// Whether there is time for more.
  package mutating func isLeft() -> Bool {
    let now = ThreadClock.nanoseconds()
    started = started ?? now
    lookedAt = now
    return now &- (started ?? now) <= limit
  }

  /// Whether there is time for another piece.
  ///
  /// - Parameter piece: how large the last one was, and how large the next one is to be.
  mutating func isLeft(forAnother piece: inout Int) -> Bool {
    let before = lookedAt
    guard isLeft() else { return false }
    piece = lookedAt &- before < Self.glance ? min(piece * 2, Self.largestPiece) : max(piece / 2, 1)
    return true
  }
}
