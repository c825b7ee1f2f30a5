internal import Platform
internal import Policy

/// Reloads the policy when its files change, and checks whether the machine is in quarantine.
///
/// The watcher looks before messages of either side are judged, but not more often than every few milliseconds, and
/// every few seconds while nothing happens.
struct PolicyWatcher: ~Copyable {
  /// The shortest and the longest time between two looks at the file system, in nanoseconds.
  private static let shortest: UInt64 = 20_000_000
  private static let longest: UInt64 = 5_000_000_000

  private var source: PolicySource
  private let quarantine: QuarantineFile
  private(set) var keeper: PolicyKeeper
  private var watch: FileWatch
  private var lookedAt: UInt64 = 0
  /// The time of day at the last look.
  private var lastTime: Int64
  private var isForced = false

  /// Loads the policy for the first time.
  init(_ source: PolicySource, quarantine: QuarantineFile, maxAge: Int64) throws(PolicySourceError) {
    self.source = source
    self.quarantine = quarantine
    watch = FileWatch(source.watchedPaths)
    let now = WallClock.seconds()
    lastTime = now
    keeper = PolicyKeeper(try source.load(at: now, isStart: true), maxAge: maxAge, at: now)
    _ = keeper.tick(at: now)
    _ = keeper.quarantine(quarantine.reason())
    writeQuarantine()
  }

  /// When to look again at the latest; monotonic, in nanoseconds.
  var deadline: UInt64 { min(lookedAt + Self.longest, watch.deadline ?? .max) }

  /// Reloads at the next opportunity, even if the files look unchanged.
  mutating func force() { isForced = true }

  /// What changed since the last look.
  mutating func look(at now: UInt64) -> [PolicyKeeper.Change] {
    guard isForced || now >= lookedAt + Self.shortest else { return [] }
    lookedAt = now
    var changes: [PolicyKeeper.Change?] = [keeper.quarantine(quarantine.reason())]
    let microseconds = WallClock.microseconds()
    let time = microseconds / 1_000_000
    // If a clock went ahead and was put right, a policy that had ended by it may not have.
    if time < lastTime, keeper.policy.source == .missing { isForced = true }
    lastTime = time
    if watch.hasChanged(at: now, time: microseconds * 1000) || isForced {
      isForced = false
      source.followKey()
      if source.watchedPaths != watch.paths { watch = FileWatch(source.watchedPaths) }
      do throws(PolicySourceError) {
        changes.append(
          keeper.replace(with: try source.load(at: time, isStart: keeper.policy.source == .missing), at: time))
      } catch {
        changes.append(keeper.fail(error, at: time))
      }
      writeQuarantine()
    }
    changes.append(keeper.tick(at: time))
    return changes.compactMap { $0 }
  }

  /// Waits until there is a policy, or somebody has said why there is none, or a signal arrives.
  ///
  /// - Returns: what changed.
  mutating func wait(until deadline: UInt64, orFor signals: borrowing SignalPipe) -> [PolicyKeeper.Change] {
    var changes: [PolicyKeeper.Change] = []
    while keeper.policy.source == .missing, MonotonicClock.nanoseconds() < deadline {
      var request = pollfd(fd: signals.reader.number, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&request, 1, 25) > 0 { break }
      changes += look(at: MonotonicClock.nanoseconds())
      if keeper.policy.absence != PolicySource.notPulled { break }
    }
    return changes
  }

  /// A quarantine that can't be written still holds for this process.
  private func writeQuarantine() {
    guard let reason = keeper.quarantineToWrite else { return }
    do throws(SystemError) {
      try quarantine.write(reason, at: WallClock.microseconds())
    } catch {
      StandardError.report("the quarantine can't be put on file: \(error)")
    }
  }
}
