/// The wait after consecutive failures: full jitter over a window that doubles, and never less than was asked for.
struct Backoff: Sendable, Equatable {
  private(set) var failures = 0
  let first: Duration
  let longest: Duration

  init(first: Duration = .seconds(1), longest: Duration = .seconds(300)) {
    self.first = first
    self.longest = longest
  }

  mutating func reset() { failures = 0 }

  /// Counts a failure.
  ///
  /// - Parameters:
  ///   - jitter: uniform over 0..<1, so that many machines do not come back at once.
  ///   - retryAfter: what the service asks for; the jitter comes on top of it.
  mutating func next(jitter: Double, retryAfter: Duration?) -> Duration {
    let window = min(first * (1 << min(failures, 20)), longest)
    failures += 1
    return (retryAfter ?? .zero) + window * min(max(jitter, 0), 1)
  }
}
