import Python
private import Synchronization

/// An expression that is compiled when it is first needed. Many threads may ask at once: after compilation it is read
/// without a lock.
final class LazyMatcher: Sendable {
  private let pattern: [UInt8]?
  private let isForWindows: Bool
  private let skips: Bool
  private let isCompiled: Atomic<Bool>
  // SAFETY: written before `isCompiled` is set, under the lock, and never afterwards.
  private nonisolated(unsafe) var compiled: PatternMatcher?
  private let lock = Mutex(())

  /// - Parameter pattern: nil if it is not a string; there is no matcher then.
  ///
  /// The other parameters are those of ``PatternMatcher``.
  init(_ pattern: [UInt8]?, isForWindows: Bool = false, skips: Bool = false) {
    self.pattern = pattern
    self.skips = skips
    self.isForWindows = isForWindows
    isCompiled = Atomic(false)
  }

  init(compiled: PatternMatcher?) {
    pattern = nil
    isForWindows = false
    skips = false
    unsafe self.compiled = compiled
    isCompiled = Atomic(true)
  }

  /// Nil if the expression can't be compiled.
  var value: PatternMatcher? {
    if isCompiled.load(ordering: .acquiring) { return unsafe compiled }
    return lock.withLock { _ in
      if !isCompiled.load(ordering: .relaxed) {
        unsafe compiled = pattern.flatMap {
          try? PatternMatcher($0, ignoresCase: false, isForWindows: isForWindows, skips: skips)
        }
        isCompiled.store(true, ordering: .releasing)
      }
      return unsafe compiled
    }
  }
}
