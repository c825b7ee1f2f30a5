import Testing

@testable import ControlPlane

/// Retry-After, back-off, and the plan of what to do when.
@Suite struct TimingTests {
  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
    ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Tue, 29 Feb 2028 23:59:60 GMT", 1_835_481_600),
  ])
  func `dates are read in all three forms`(text: String, seconds: Int64) {
    #expect(RetryAfter.seconds(text) == seconds)
  }

  @Test(arguments: [
    "", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 Nov 1994 08:49 GMT", "06 Nov 1994 08:49:37 GMT", "-5", "1.5", "5s",
  ])
  func `what is no time to wait is ignored`(text: String) {
    #expect(RetryAfter.duration(text, date: nil, now: 0) == nil)
  }

  @Test func `a date is measured by the service's own clock`() {
    let later = "Sun, 06 Nov 1994 08:50:07 GMT"
    // Our clock is years ahead: what counts is 30 seconds.
    let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    #expect(RetryAfter.duration(later, date: date, now: 1_800_000_000) == .seconds(30))
    #expect(RetryAfter.duration(later, date: nil, now: 784_111_777) == .seconds(30))
    #expect(RetryAfter.duration(date, date: later, now: 0) == .zero)
    #expect(RetryAfter.duration("120", date: nil, now: 0) == .seconds(120))
    #expect(RetryAfter.duration("99999999999999999999", date: nil, now: 0) == RetryAfter.longest)
  }

  @Test func `waits double, have full jitter, and never fall below what was asked for`() {
    var backoff = Backoff()
    let waits = (0..<12).map { _ in backoff.next(jitter: 0.999_999, retryAfter: nil) }
    for (index, wait) in waits.enumerated() {
      let window = Duration.seconds(min(1 << index, 300))
      #expect(wait <= window && wait > window * 0.99)
    }
    #expect(backoff.next(jitter: 0, retryAfter: nil) == .zero)
    #expect(backoff.next(jitter: 0, retryAfter: .seconds(7)) == .seconds(7))
    #expect(backoff.next(jitter: 1, retryAfter: .seconds(7)) == .seconds(307))
    backoff.reset()
    #expect(backoff.next(jitter: 1, retryAfter: nil) == .seconds(1))
  }

  // MARK: Plan

  private func plan(_ change: (inout SyncPlan.Options) -> Void = { _ in }) -> SyncPlan {
    var options = SyncPlan.Options()
    change(&options)
    return SyncPlan(options)
  }

  @Test func `a plan pulls, looks, and rests until something is due`() {
    var plan = plan()
    #expect(plan.next(at: .zero) == .pull)
    plan.pulled(.succeeded, at: .zero, jitter: 0.5)
    #expect(plan.next(at: .zero) == .scan)
    plan.scanned(waiting: [.service: 0], relaysAlive: true, at: .zero)
    #expect(plan.next(at: .zero) == .rest(until: .seconds(2)))
    #expect(plan.next(at: .seconds(2)) == .scan)
    plan.scanned(waiting: [.service: 0], relaysAlive: true, at: .seconds(2))
    #expect(plan.next(at: .seconds(299)) == .scan)
    #expect(plan.next(at: .seconds(300)) == .pull)
  }

  @Test func `refreshes are spread over a tenth of the interval to both sides`() {
    for (jitter, expected) in [(0.0, 270), (0.5, 300), (1.0, 330)] {
      var plan = plan { $0.scanInterval = .seconds(10_000) }
      plan.pulled(.succeeded, at: .zero, jitter: jitter)
      plan.scanned(waiting: [.service: 0], relaysAlive: true, at: .zero)
      #expect(plan.next(at: .zero) == .rest(until: .seconds(expected)))
    }
  }

  @Test func `a record waits for company, but not long, and not when nobody is left to come`() {
    var plan = plan { $0.pullsPolicy = false }
    plan.scanned(waiting: [.service: 3], relaysAlive: true, at: .zero)
    #expect(plan.next(at: .zero) == .rest(until: .seconds(2)))
    plan.scanned(waiting: [.service: 3], relaysAlive: true, at: .seconds(9))
    #expect(plan.next(at: .seconds(9)) == .rest(until: .seconds(10)))
    #expect(plan.next(at: .seconds(10)) == .deliver(.service))
    plan.delivered(.accepted, to: .service, waiting: 0, at: .seconds(10), jitter: 0)
    plan.scanned(waiting: [.service: 50], relaysAlive: true, at: .seconds(11))
    #expect(plan.next(at: .seconds(11)) == .deliver(.service))
    plan.delivered(.accepted, to: .service, waiting: 0, at: .seconds(11), jitter: 0)
    plan.scanned(waiting: [.service: 1], relaysAlive: false, at: .seconds(12))
    #expect(plan.next(at: .seconds(12)) == .deliver(.service))
  }

  @Test func `it ends when no relay is alive and nothing waits, and not before`() {
    var plan = plan()
    plan.scanned(waiting: [.service: 1], relaysAlive: false, at: .zero)
    #expect(plan.next(at: .zero) == .pull)
    plan.pulled(.failed(retryAfter: nil), at: .zero, jitter: 0.5)
    #expect(plan.next(at: .zero) == .deliver(.service))
    plan.delivered(.failed(retryAfter: .seconds(60)), to: .service, waiting: 1, at: .zero, jitter: 0)
    #expect(plan.next(at: .zero) == .rest(until: .seconds(2)))
    plan.scanned(waiting: [.service: 1], relaysAlive: false, at: .seconds(60))
    plan.pulled(.succeeded, at: .seconds(60), jitter: 0.5)
    #expect(plan.next(at: .seconds(60)) == .deliver(.service))
    plan.delivered(.accepted, to: .service, waiting: 0, at: .seconds(60), jitter: 0)
    #expect(plan.next(at: .seconds(60)) == .finish(.idle))
  }

  @Test func `a rejected key stops deliveries, not telemetry, and another key starts them again`() {
    var plan = plan {
      $0.pullsPolicy = false
      $0.receivers = [.service, .telemetry]
    }
    plan.scanned(waiting: [.service: 60, .telemetry: 60], relaysAlive: true, at: .zero)
    #expect(plan.next(at: .zero) == .deliver(.service))
    plan.delivered(.unauthorised, to: .service, waiting: 60, at: .zero, jitter: 0)
    #expect(plan.isStopped(.service))
    #expect(plan.next(at: .zero) == .deliver(.telemetry))
    plan.delivered(.accepted, to: .telemetry, waiting: 0, at: .zero, jitter: 0)
    #expect(plan.next(at: .zero) == .rest(until: .seconds(2)))
    plan.keyChanged(at: .seconds(1))
    #expect(plan.next(at: .seconds(1)) == .deliver(.service))
    plan.delivered(.unauthorised, to: .service, waiting: 60, at: .seconds(1), jitter: 0)
    // What can't be sent keeps nobody alive.
    plan.scanned(waiting: [.service: 60, .telemetry: 0], relaysAlive: false, at: .seconds(2))
    #expect(plan.next(at: .seconds(2)) == .finish(.idle))
  }

  @Test func `failures are followed by longer and longer waits, that a success ends`() {
    var plan = plan { $0.pullsPolicy = false }
    var now = Duration.zero
    var waits: [Duration] = []
    for _ in 0..<12 {
      plan.scanned(waiting: [.service: 60], relaysAlive: true, at: now)
      #expect(plan.next(at: now) == .deliver(.service))
      plan.delivered(.failed(retryAfter: nil), to: .service, waiting: 60, at: now, jitter: 1)
      var next = now
      while plan.next(at: next) != .deliver(.service) {
        guard case .rest(let until) = plan.next(at: next) else {
          plan.scanned(waiting: [.service: 60], relaysAlive: true, at: next)
          continue
        }
        next = until
      }
      waits.append(next - now)
      now = next
    }
    #expect(waits.prefix(4) == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
    #expect(waits.last == .seconds(300))
  }

  @Test func `many records that are set aside in a row slow it down`() {
    var plan = plan { $0.pullsPolicy = false }
    plan.scanned(waiting: [.service: 100], relaysAlive: true, at: .zero)
    for waiting in [99, 98, 97] {
      plan.delivered(.setAside, to: .service, waiting: waiting, at: .zero, jitter: 1)
      #expect(plan.next(at: .zero) == .deliver(.service))
    }
    plan.delivered(.setAside, to: .service, waiting: 96, at: .zero, jitter: 1)
    #expect(plan.next(at: .zero) == .rest(until: .seconds(1)))
  }

  @Test func `once is once, whatever comes of it`() {
    var plan = plan { $0.isOnce = true }
    #expect(plan.next(at: .zero) == .pull)
    plan.pulled(.failed(retryAfter: .seconds(1)), at: .zero, jitter: 0)
    #expect(plan.next(at: .zero) == .scan)
    plan.scanned(waiting: [.service: 700], relaysAlive: true, at: .zero)
    #expect(plan.next(at: .zero) == .deliver(.service))
    plan.delivered(.accepted, to: .service, waiting: 200, at: .zero, jitter: 0)
    #expect(plan.next(at: .zero) == .deliver(.service))
    plan.delivered(.failed(retryAfter: .seconds(1)), to: .service, waiting: 200, at: .zero, jitter: 0)
    #expect(plan.next(at: .zero) == .finish(.done))
    #expect(plan.next(at: .seconds(1000)) == .finish(.done))
  }

  @Test func `a request to end comes before everything`() {
    var plan = plan()
    plan.askToEnd()
    #expect(plan.next(at: .zero) == .finish(.asked))
  }

  @Test func `whatever happens in whatever order, it never asks for the same thing twice at once`() {
    var generator = SplitMix64(state: 7)
    for _ in 0..<200 {
      var plan = plan { $0.receivers = [.service, .telemetry] }
      var now = Duration.zero
      var waiting: [SyncPlan.Receiver: Int] = [.service: 0, .telemetry: 0]
      var actionsAtOnce = 0
      for _ in 0..<300 {
        let jitter = Double(generator.next() >> 11) / Double(1 << 53)
        switch plan.next(at: now) {
        case .pull:
          let results: [SyncPlan.Pull] = [
            .succeeded, .refused, .failed(retryAfter: nil), .failed(retryAfter: .seconds(9)),
          ]
          plan.pulled(results[Int(generator.next() % 4)], at: now, jitter: jitter)
        case .scan:
          for receiver in SyncPlan.Receiver.allCases { waiting[receiver, default: 0] += Int(generator.next() % 80) }
          plan.scanned(waiting: waiting, relaysAlive: generator.next() % 8 > 0, at: now)
        case .deliver(let receiver):
          let results: [SyncPlan.Delivery] = [.accepted, .failed(retryAfter: nil), .setAside, .unauthorised]
          let result = results[Int(generator.next() % 32) < 29 ? Int(generator.next() % 2) : Int(generator.next() % 4)]
          if result == .accepted { waiting[receiver] = 0 }
          if result == .setAside { waiting[receiver, default: 1] -= 1 }
          plan.delivered(result, to: receiver, waiting: waiting[receiver] ?? 0, at: now, jitter: jitter)
        case .rest(let until):
          #expect(until > now)
          now = until
          actionsAtOnce = 0
        case .finish(let ending):
          #expect(ending == .idle)
          plan.scanned(waiting: waiting, relaysAlive: true, at: now)
        }
        actionsAtOnce += 1
        #expect(actionsAtOnce < 100)
      }
    }
  }
}

struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
