import Testing

@testable import ControlPlane

/// Which records are blamed for a receiver's errors; here numbers stand for records.
@Suite struct FaultSearchTests {
  private struct Receiver {
    var refuses: Set<Int> = []
    var failsAt: Set<Int> = []
    var isDown = false
  }

  private static let failure = ControlPlaneError(.serverFailure, "fault", status: 500)
  private static let refusal = ControlPlaneError(.unusable, "malformed", status: 400)

  /// Sends until nothing is left or the search gives up.
  private func send(
    _ records: [Int], to receiver: Receiver, chance: Double = 0.999
  ) -> (taken: Set<Int>, aside: [Int], left: [Int], posts: Int) {
    var (search, left) = (FaultSearch(chance: chance), records)
    var (taken, aside, posts) = (Set<Int>(), [Int](), 0)
    while !left.isEmpty, posts < 10_000 {
      let batch = left[search.next(of: left.count)]
      posts += 1
      let outcome: DeliveryOutcome =
        receiver.isDown || batch.contains { receiver.failsAt.contains($0) }
        ? .failed(Self.failure)
        : batch.contains { receiver.refuses.contains($0) } ? .refused(Self.refusal) : .accepted(rejected: 0)
      if outcome == .accepted(rejected: 0) { taken.formUnion(batch) }
      switch search.verdict(on: outcome, sent: batch.count, of: left.count) {
      case .delivered: left.removeFirst(batch.count)
      case .unclear: break
      case .firstIsAtFault: aside.append(left.removeFirst())
      case .failed, .unauthorised: return (taken, aside, left, posts)
      }
    }
    return (taken, aside, left, posts)
  }

  @Test(arguments: 1...200)
  func `whoever is at fault is set aside, and nobody else`(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    let records = Array(0..<Int.random(in: 2...500, using: &random))
    // The last record is the witness here, so it has to be one that can be taken.
    let bad = Set((0..<(seed % 5)).map { _ in Int.random(in: 0..<(records.count - 1), using: &random) })
    let refused = bad.filter { _ in Bool.random(using: &random) }
    let result = send(records, to: Receiver(refuses: refused, failsAt: bad.subtracting(refused)))
    #expect(result.left.isEmpty && result.aside == bad.sorted() && result.taken == Set(records).subtracting(bad))
    #expect(result.posts <= 1 + bad.count * 30, "\(bad.sorted()) of \(records.count)")
  }

  @Test func `a service that is down is no record's fault`() {
    for count in [1, 2, 3, 500] {
      let result = send(Array(0..<count), to: Receiver(isDown: true))
      #expect(result.aside.isEmpty && result.left.count == count && result.posts <= 3)
    }
  }

  @Test func `a record alone is not blamed, for nobody shows that the service works`() {
    let result = send([1], to: Receiver(failsAt: [1]))
    #expect(result.aside.isEmpty && result.left == [1])
    // The records before it are delivered all the same.
    let last = send([1, 2, 3], to: Receiver(failsAt: [3]))
    #expect(last.taken == [1, 2] && last.aside.isEmpty && last.left == [3])
  }

  @Test func `a witness that is at fault itself delays a search, and does not end all`() {
    let receiver = Receiver(failsAt: [0, 3])
    // The last one is the witness: it looks as if the service was down.
    #expect(send([0, 1, 2, 3], to: receiver).left == [0, 1, 2, 3])
    for chance in [0, 0.5] {
      let result = send([0, 1, 2, 3], to: receiver, chance: chance)
      #expect(result.aside == [0] && result.taken == [1, 2] && result.left == [3])
    }
    // Each search chooses anew, all of those behind the first.
    let witnesses = (0..<1000).map { _ in
      var search = FaultSearch()
      for sent in [4, 1] { _ = search.verdict(on: .failed(Self.failure), sent: sent, of: 4) }
      return search.next(of: 4)
    }
    #expect(Set(witnesses) == [1..<2, 2..<3, 3..<4])
  }

  @Test func `one who fails once and then not is taken`() {
    var search = FaultSearch(chance: 0)
    let (fails, takes) = (DeliveryOutcome.failed(Self.failure), DeliveryOutcome.accepted(rejected: 0))
    #expect(search.verdict(on: fails, sent: 2, of: 2) == .unclear && search.next(of: 2) == 0..<1)
    #expect(search.verdict(on: fails, sent: 1, of: 2) == .unclear && search.next(of: 2) == 1..<2)
    #expect(search.verdict(on: takes, sent: 1, of: 2) == .unclear && search.next(of: 2) == 0..<1)
    #expect(search.verdict(on: takes, sent: 1, of: 2) == .delivered(rejected: 0) && search == FaultSearch(chance: 0))
  }
}
