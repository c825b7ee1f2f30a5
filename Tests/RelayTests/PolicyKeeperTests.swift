import Policy
import Testing

@testable import Relay

/// Which policy is in force while its files come, go and break.
@Suite struct PolicyKeeperTests {
  private static func loaded(
    _ effect: String = "allow", tamper: String = "warn", isTampered: Bool = false, confirmedAt: Int64? = nil
  ) throws -> PolicySource.Loaded {
    let bytes = Array("settings: {default_on_tamper: \(tamper)}\nrules: [{\(effect): \"*\"}]\n".utf8)
    let policy = try Policy.load(local: bytes, format: .yaml, fileName: "p.yaml")
    return .init(policy: policy, bytes: bytes, path: "p.yaml", isTampered: isTampered, confirmedAt: confirmedAt)
  }

  /// A keeper in a class, so that `#expect` can change it.
  private final class Keeper {
    var state: PolicyKeeper

    init(_ loaded: PolicySource.Loaded, maxAge: Int64, at now: Int64) {
      state = PolicyKeeper(loaded, maxAge: maxAge, at: now)
    }

    func replace(with new: PolicySource.Loaded, at now: Int64) -> PolicyKeeper.Change? {
      state.replace(with: new, at: now)
    }
    func fail(_ error: PolicySourceError, at now: Int64) -> PolicyKeeper.Change? { state.fail(error, at: now) }
    func quarantine(_ reason: String?) -> PolicyKeeper.Change? { state.quarantine(reason) }
    func tick(at now: Int64) -> PolicyKeeper.Change? { state.tick(at: now) }
    var obstacle: Decision? { state.obstacle }
  }

  private static let broken = PolicySourceError(["p.yaml:1: broken"])
  private static let forged = PolicySourceError(["p: the signature is not right"], isTampering: true)

  @Test func `another policy is in force at once, and the same one changes nothing`() throws {
    let keeper = Keeper(try Self.loaded(), maxAge: 100, at: 0)
    #expect(keeper.replace(with: try Self.loaded(), at: 1) == nil)
    let change = keeper.replace(with: try Self.loaded("deny"), at: 2)
    #expect(change?.code == .reloaded && change?.isEffective == true)
    #expect(keeper.state.deadline == nil)
  }

  @Test func `one that can't be used leaves the last good one in force, is told of once, and not for ever`() throws {
    let keeper = Keeper(try Self.loaded(), maxAge: 100, at: 0)
    let change = keeper.fail(Self.broken, at: 10)
    #expect(change?.code == .kept && change?.isEffective == false)
    #expect(keeper.fail(Self.broken, at: 50) == nil)
    #expect(keeper.obstacle == nil && keeper.state.policy.source == .local)
    #expect(keeper.tick(at: 109) == nil)
    #expect(keeper.tick(at: 110)?.code == .expired)
    #expect(keeper.state.policy.source == .missing)
    #expect(keeper.tick(at: 500) == nil)
    #expect(keeper.replace(with: try Self.loaded(), at: 600)?.code == .reloaded)
  }

  @Test func `what one says of methods holds when it may not be used any longer`() throws {
    let bytes = Array(#"rules: [{deny: "*:elicitation/create", reason: nobody is asked}, {allow: "*"}]"#.utf8)
    let policy = try Policy.load(local: bytes, format: .yaml, fileName: "p.yaml")
    let keeper = Keeper(.init(policy: policy, bytes: bytes, path: "p.yaml"), maxAge: 100, at: 0)
    _ = keeper.fail(Self.broken, at: 10)
    #expect(keeper.tick(at: 110)?.code == .expired && keeper.state.policy.source == .missing)
    let call = Call(
      server: Array("s".utf8), method: Array("elicitation/create".utf8), arguments: nil, context: Context())
    #expect(keeper.state.policy.decideIfNamed(call)?.reason == "nobody is asked")
  }

  @Test func `one that was good again before has all its time again`() throws {
    let keeper = Keeper(try Self.loaded(), maxAge: 100, at: 0)
    _ = keeper.fail(Self.broken, at: 10)
    #expect(keeper.replace(with: try Self.loaded(), at: 20)?.code == .reloaded)
    #expect(keeper.tick(at: 1000) == nil)
    _ = keeper.fail(Self.broken, at: 2000)
    #expect(keeper.state.deadline == 2100)
  }

  @Test func `what has to be confirmed expires unless it is`() throws {
    let keeper = Keeper(try Self.loaded(confirmedAt: 0), maxAge: 100, at: 10)
    #expect(keeper.state.deadline == 100)
    #expect(keeper.replace(with: try Self.loaded(confirmedAt: 90), at: 95) == nil)
    #expect(keeper.state.deadline == 190)
    #expect(keeper.tick(at: 190)?.code == .expired)
  }

  @Test func `a confirmation changes nothing, the end of a failure and of an empty project's trust does`() throws {
    let keeper = Keeper(try Self.loaded(confirmedAt: 0), maxAge: 100, at: 0)
    for time in 1...3 as ClosedRange<Int64> {
      #expect(keeper.replace(with: try Self.loaded(confirmedAt: time), at: time) == nil)
    }
    _ = keeper.fail(Self.broken, at: 4)
    #expect(keeper.replace(with: try Self.loaded(confirmedAt: 5), at: 5)?.code == .reloaded)
    #expect(keeper.replace(with: try Self.loaded(confirmedAt: 6), at: 6) == nil)

    let bytes = Array(#"{"policies": []}"#.utf8)
    func empty(isTrusted: Bool) throws -> PolicySource.Loaded {
      let policy = try Policy.load(hosted: bytes, fileName: "b", trustsEmpty: isTrusted)
      return .init(policy: policy, bytes: bytes, path: "b", confirmedAt: 0)
    }
    let project = Keeper(try empty(isTrusted: true), maxAge: 100, at: 0)
    #expect(project.replace(with: try empty(isTrusted: true), at: 1) == nil)
    #expect(project.replace(with: try empty(isTrusted: false), at: 2)?.code == .reloaded)
  }

  @Test func `a clock that is set back leaves no policy more time than it may have`() throws {
    let keeper = Keeper(try Self.loaded(confirmedAt: 5000), maxAge: 100, at: 1000)
    #expect(keeper.state.deadline == 1100)
    #expect(keeper.tick(at: 10) == nil && keeper.state.deadline == 110)
    _ = keeper.replace(with: try Self.loaded(confirmedAt: .max), at: 50)
    #expect(keeper.state.deadline == 150)
    #expect(keeper.tick(at: 150)?.code == .expired)
  }

  @Test(
    arguments: [
      ("warn", nil, false), ("deny", "BUNDLE_TAMPERED", false), ("deny-all", "MACHINE_QUARANTINED", true),
      ("quarantine", "MACHINE_QUARANTINED", true),
    ] as [(String, String?, Bool)])
  func `a change without its signature does what the policy in force says`(
    posture: String, code: String?, writes: Bool
  ) throws {
    let keeper = Keeper(try Self.loaded(tamper: posture), maxAge: 100, at: 0)
    #expect(keeper.fail(Self.forged, at: 1) != nil)
    #expect(keeper.obstacle?.reasonCode == code)
    #expect((keeper.state.quarantineToWrite != nil) == writes)
    #expect(keeper.replace(with: try Self.loaded(tamper: posture), at: 2) != nil)
    #expect(keeper.obstacle == nil)

    let started = Keeper(try Self.loaded(tamper: posture, isTampered: true), maxAge: 100, at: 0)
    #expect(started.obstacle?.reasonCode == code)
  }

  @Test func `a quarantine comes before everything and is told of when it comes and goes`() throws {
    let keeper = Keeper(try Self.loaded(), maxAge: 100, at: 0)
    #expect(keeper.quarantine(nil) == nil)
    #expect(keeper.quarantine("because")?.code == .quarantined)
    #expect(keeper.quarantine("because") == nil)
    #expect(keeper.obstacle?.policyID == "synthetic:QUARANTINE")
    #expect(keeper.quarantine(nil)?.code == .released)
    #expect(keeper.obstacle == nil)
  }

  @Test(
    arguments: [
      (#"{"quarantined":true,"reason":"x"}"#, "x"), (#"{"quarantined":false}"#, nil),
      (#"{"quarantined":1}"#, "no reason is given"),
      ("{}", "it is not what such a file holds"), ("", "it is not what such a file holds"),
      ("{\"quarantined\":fal", "it is not what such a file holds"),
    ] as [(String, String?)])
  func `a quarantine file that can't be read counts`(text: String, reason: String?) {
    #expect(QuarantineFile.reason(in: Array(text.utf8)) == reason)
  }
}
