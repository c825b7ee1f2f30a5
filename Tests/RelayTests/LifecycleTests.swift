import Testing

@testable import Relay

@Suite struct LifecycleTests {
  private static let millisecond: UInt64 = 1_000_000

  @Test func `a host that leaves closes the server's input, and its exit status becomes ours`() {
    var life = Lifecycle()
    #expect(life.handle(.hostLeft, at: 0) == [.closeServerInput])
    #expect(life.handle(.serverExited(.exited(3)), at: 5) == [])
    #expect(life.handle(.serverClosedOutput, at: 6) == [.finish(status: 3)])
    #expect(life.deadline == nil)
  }

  @Test func `a server that stays is asked to end, then killed, then left`() throws {
    var life = Lifecycle()
    _ = life.handle(.hostLeft, at: 0)
    let ask = try #require(life.deadline)
    #expect(ask == 1500 * Self.millisecond)
    #expect(life.handle(.tick, at: ask - 1) == [])
    #expect(life.handle(.tick, at: ask) == [.signalServer(15)])
    let kill = try #require(life.deadline)
    #expect(life.handle(.tick, at: kill) == [.signalServer(9)])
    let giveUp = try #require(life.deadline)
    #expect(life.handle(.tick, at: giveUp) == [.finish(status: 137)])
  }

  @Test(arguments: [Lifecycle.Event.serverSpoke, .answerAwaited])
  func `a server that still speaks, or owes an answer, is heard out, within bounds`(event: Lifecycle.Event) throws {
    var life = Lifecycle()
    _ = life.handle(.hostLeft, at: 0)
    var now: UInt64 = 0
    while let deadline = life.deadline, now < 60_000 * Self.millisecond {
      now = deadline - 1
      let actions = life.handle(event, at: now)
      if life.deadline == deadline {
        #expect(actions == [])
        break
      }
    }
    #expect(life.deadline == 30_000 * Self.millisecond)
  }

  @Test(arguments: [2, 15, 1] as [Int32])
  func `a signal asks the server at once and kills it within a quarter of a second`(signal: Int32) throws {
    var life = Lifecycle()
    #expect(life.handle(.signal(signal), at: 0) == [.closeServerInput, .signalServer(15)])
    #expect(life.handle(.signal(15), at: 1) == [])
    #expect(life.deadline == 250 * Self.millisecond)
    #expect(life.handle(.tick, at: 250 * Self.millisecond) == [.signalServer(9)])
    _ = life.handle(.serverExited(.signalled(9)), at: 251 * Self.millisecond)
    #expect(life.handle(.serverClosedOutput, at: 252 * Self.millisecond) == [.finish(status: 128 + signal)])
  }

  @Test func `who asks us to end does not wait for what a descendant goes on saying`() {
    var life = Lifecycle()
    _ = life.handle(.serverExited(.exited(0)), at: 0)
    _ = life.handle(.serverSpoke, at: 400 * Self.millisecond)
    _ = life.handle(.signal(15), at: 500 * Self.millisecond)
    _ = life.handle(.serverSpoke, at: 700 * Self.millisecond)
    #expect(life.handle(.tick, at: 750 * Self.millisecond) == [.finish(status: 143)])

    // The same if the server ends because of the signal, and a process that it left behind still writes.
    life = Lifecycle()
    _ = life.handle(.signal(15), at: 0)
    _ = life.handle(.serverExited(.signalled(15)), at: 100 * Self.millisecond)
    _ = life.handle(.serverSpoke, at: 500 * Self.millisecond)
    #expect(life.handle(.tick, at: 600 * Self.millisecond) == [.finish(status: 143)])
  }

  @Test func `a descendant that holds the output open is waited for half a second`() {
    var life = Lifecycle()
    #expect(life.handle(.serverExited(.exited(0)), at: 0) == [])
    #expect(life.handle(.tick, at: 500 * Self.millisecond - 1) == [])
    #expect(life.handle(.tick, at: 500 * Self.millisecond) == [.finish(status: 0)])
  }
}
