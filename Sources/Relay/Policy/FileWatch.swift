import Platform

/// Notices that one of some files is not what it was: a state machine over what the file system says of them.
///
/// A file that was replaced counts at once, since whoever replaces one has finished it. One that is written in place
/// counts when it has been left alone for a moment, so that nobody reads half of it: at once too, where that moment was
/// over before anybody looked.
struct FileWatch: Sendable {
  /// For how long a file that was written in place must have been left alone, in nanoseconds.
  static let quiet: UInt64 = 200_000_000

  let paths: [String]
  private var known: [FileIdentity?]
  private var pending: (state: [FileIdentity?], since: UInt64)?

  private let identity: @Sendable (String) -> FileIdentity?

  /// To be made before the files are read: what changes while they are read is then noticed.
  init(_ paths: [String], identity: @escaping @Sendable (String) -> FileIdentity? = { FileIdentity(of: $0) }) {
    self.paths = paths
    self.identity = identity
    known = paths.map(identity)
  }

  /// When it is worth looking again though nothing happens; nil for never.
  var deadline: UInt64? { pending.map { $0.since + Self.quiet } }

  /// Whether the files are to be read again.
  ///
  /// - Parameters:
  ///   - now: monotonic, in nanoseconds.
  ///   - time: the time of day, in nanoseconds since 1970.
  mutating func hasChanged(at now: UInt64, time: Int64) -> Bool {
    let state = paths.map(identity)
    guard state != known else {
      pending = nil
      return false
    }
    let isBeingWritten = zip(state, known).contains { new, old in
      guard let new, let old, new.isRewriteOf(old) else { return false }
      // A change that is yet to come, by the clocks, is of unknown age. So is one that left the time as it was: where a
      // file is cut, its length is there before the time is.
      return new.changed == old.changed || !(Int64(Self.quiet)...).contains(time &- new.changed)
    }
    if isBeingWritten {
      guard let pending, pending.state == state else {
        pending = (state, now)
        return false
      }
      guard now >= pending.since + Self.quiet else { return false }
    }
    known = state
    pending = nil
    return true
  }
}
