import Platform

/// Notices that one of several files has changed: a state machine over what the file system reports about them.
///
/// A file that was replaced counts at once, since whoever replaces a file has finished it. A file written in place
/// counts when it has been left alone for a moment, so that nobody reads half of it; if that moment was over before
/// anybody looked, it counts at once too.
struct FileWatch: Sendable {
  /// How long a file that was written in place must have been left alone, in nanoseconds.
  static let quiet: UInt64 = 200_000_000

  let paths: [String]
  private var known: [FileIdentity?]
  private var pending: (state: [FileIdentity?], since: UInt64)?

  private let identity: @Sendable (String) -> FileIdentity?

  /// Must be made before the files are read, so that changes in the meantime are noticed.
  init(_ paths: [String], identity: @escaping @Sendable (String) -> FileIdentity? = { FileIdentity(of: $0) }) {
    self.paths = paths
    self.identity = identity
    known = paths.map(identity)
  }

  /// When to look again even if nothing happens; nil for never.
  var deadline: UInt64? { pending.map { $0.since + Self.quiet } }

  /// Whether the files must be read again.
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
      // A change in the future, by the clocks, is of unknown age. So is a change that left the time as it was: when a
      // file is cut, its length changes before the time does.
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
