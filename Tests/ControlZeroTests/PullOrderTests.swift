import Platform
import Relay
import Testing

@testable import ControlZero

/// Which policy stays where two threads ask the service at once.
@Suite struct PullOrderTests {
  @Test func `a pull that is late does not put an older policy in the place of a newer one`() throws {
    let scratch = try Scratch()
    let core = try ClientCore(scratch.configuration("version: \"1\"\nrules: [{id: first, deny: \"*\"}]\n"))
    defer { core.close() }
    try core.initialize()
    func take(_ id: String, pull: UInt64) throws {
      let path = try scratch.file("\(id).yaml", "version: \"1\"\nrules: [{id: \(id), deny: \"*\"}]\n")
      try core.take(try PolicySource.load(path), pull: pull, at: WallClock.seconds())
    }
    func rule() throws -> String? { try core.evaluate("t", "m", [:], CallContext()).policyID }
    try take("second", pull: 2)
    #expect(try rule() == "second")
    try take("late", pull: 1)
    #expect(try rule() == "second")
    try take("third", pull: 3)
    #expect(try rule() == "third")
  }
}
