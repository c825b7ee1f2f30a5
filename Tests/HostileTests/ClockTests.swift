import Foundation
import Testing

/// The time of day is stepped by days and years, back and forth, while the built executables run.
@Suite(.serialized, .enabled(if: SteppedClock.isAllowed)) struct ClockTests {
  private static let (hour, day, year) = (SteppedClock.hour, SteppedClock.day, SteppedClock.year)

  /// Makes a call, and returns the code of its decision.
  private static func call(_ process: RunningProcess, _ id: Int, _ tool: String = "echo") throws -> String {
    process.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)"}}"#)
    let answer = try json(process.line())
    #expect(answer["id"] as? Int == id)
    return value(answer, "result", "_meta", "ai.controlzero/decision", "reason_code") as? String ?? "allowed"
  }

  /// Makes calls until one gets the wanted decision: the policy is checked when a call comes, though not at each.
  private static func wait(_ process: RunningProcess, for wanted: String, from first: Int) throws {
    try wait(process, from: first) { $0 == wanted }
  }

  private static func wait(_ process: RunningProcess, from first: Int, until isDone: (String) -> Bool) throws {
    let until = Date() + RunningProcess.patience
    var id = first
    while case let code = try call(process, id), !isDone(code) {
      id += 1
      guard Date() < until else { throw RunningProcess.TimedOut(description: "calls are still `\(code)`") }
      usleep(20_000)
    }
  }

  private static func verify(_ state: String) throws -> Int32 {
    try RunningProcess([Project.czproxy, "audit", "verify", "--state-dir", state]).wait()
  }

  private static func now() -> Int { Int(Date().timeIntervalSince1970) }

  // MARK: A session

  @Test func `within a session nothing depends on it: answers, decisions, the chain of records`() throws {
    let clock = try SteppedClock()
    let session = try ScriptedSession(launcher: clock.launcher)
    let steps = [0, -Self.day, Self.year, -30 * Self.year, 10 * Self.year, 0]
    for (index, step) in steps.enumerated() {
      try clock.set(step)
      #expect(try Self.call(session.process, 2 * index) == "allowed")
      #expect(try Self.call(session.process, 2 * index + 1, "forbidden") == "RULE_MATCH")
    }
    #expect(try session.end() == 0)
    let rows = try session.scratch.rows()
    #expect(rows.filter { $0["event"] as? String == "decision" }.count == 2 * steps.count)
    #expect(Set(rows.compactMap { $0["id"] as? String }).count == rows.count)
    // The records show the steps of the clock, but no duration does.
    #expect(Set(rows.compactMap { ($0["ts"] as? String)?.prefix(4) }).count >= 4)
    #expect(rows.allSatisfy { ($0["duration_ns"] as? Int ?? 0) < 60_000_000_000 })
    #expect(try Self.verify(session.scratch.state) == 0)
  }

  @Test(arguments: [-day, year])
  func `a server that ignores everything ends as soon as by any clock`(step: Int) throws {
    let clock = try SteppedClock()
    let session = try ScriptedSession(server: ["--ignore-eof", "--ignore-term"], launcher: clock.launcher)
    #expect(try Self.call(session.process, 1) == "allowed")
    session.process.closeInput()
    try clock.set(step)
    #expect(try session.process.wait() == 128 + SIGKILL)
  }

  @Test func `a session that is missing shows, though others began at a time that has not come yet`() throws {
    let clock = try SteppedClock()
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    func begin() throws {
      let process = try RunningProcess(
        clock.launcher + [Project.czproxy, "run", "--policy", policy, "--state-dir", scratch.state, "--", "true"])
      process.closeInput()
      #expect(try process.wait() == 0)
    }
    func segments() throws -> Set<String> {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(scratch.state)/audit")
      return Set(names.filter { $0.hasSuffix(".jsonl") })
    }
    try clock.set(10 * Self.year)
    for _ in 0..<20 { try begin() }
    try clock.set(0)
    let before = try segments()
    try begin()
    let missing = try #require(try segments().subtracting(before).first)
    try begin()
    try clock.set(-Self.day)
    try begin()
    #expect(try segments().count == 23)
    #expect(try Self.verify(scratch.state) == 0)
    for suffix in ["", ".anchor", ".head"] {
      try FileManager.default.removeItem(atPath: "\(scratch.state)/audit/\(missing)\(suffix)")
    }
    #expect(try Self.verify(scratch.state) == 1)
  }

  // MARK: The life of a policy

  @Test func `a policy that can't be read any more ends by a clock that goes on`() throws {
    let clock = try SteppedClock()
    let session = try ScriptedSession(options: ["--max-cache-age", "600"], launcher: clock.launcher)
    func breakPolicy(_ text: String, told times: Int) throws {
      _ = try session.scratch.file("policy.yaml", text)
      try Self.wait(session.process, from: 10_000 * times) { code in
        #expect(code == "allowed")
        return session.process.errors.text.split(separator: "stays in force").count > times
      }
    }
    #expect(try Self.call(session.process, 1) == "allowed")
    try breakPolicy("rules: [", told: 1)
    // After the clock is set back, the last good policy stays for its remaining time from then on, and not for a day
    // more.
    try clock.set(-Self.day)
    try breakPolicy("rules: 1", told: 2)
    try clock.set(-Self.day + 700)
    try Self.wait(session.process, for: "BUNDLE_MISSING", from: 30_000)
    _ = try session.scratch.file("policy.yaml", ScriptedSession.policy)
    try Self.wait(session.process, for: "allowed", from: 40_000)
    #expect(try session.end() == 0)
  }

  @Test func `a bundle ends when its time comes, and not for longer than the clock says so`() throws {
    let clock = try SteppedClock()
    let author = try Author()
    try author.pack(Cloud.allow, at: Self.now() - Self.hour, expires: String(Self.now() + Self.hour))
    let process = try author.start(launcher: clock.launcher)
    #expect(try Self.call(process, 1) == "allowed")
    try clock.set(-Self.day)
    try Self.wait(process, for: "allowed", from: 100)
    try clock.set(2 * Self.hour)
    try Self.wait(process, for: "BUNDLE_MISSING", from: 1000)
    let late = try author.start(launcher: clock.launcher)
    #expect(try late.wait() == 78)
    #expect(late.errors.text.contains("E1302: expired"))
    // Once the mistaken clock is put right, nobody has to touch a file.
    try clock.set(0)
    try Self.wait(process, for: "allowed", from: 100_000)
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  @Test func `an older bundle does not come back with an older clock, nor after one from the future`() throws {
    let clock = try SteppedClock()
    let author = try Author()
    func refuses(_ text: String) throws {
      let process = try author.start(launcher: clock.launcher)
      #expect(try process.wait() == 78)
      #expect(process.errors.text.contains(text), "\(process.errors.text)")
    }
    func accepts(_ code: String) throws {
      let process = try author.start(launcher: clock.launcher)
      #expect(try Self.call(process, 1) == code)
      process.closeInput()
      #expect(try process.wait() == 0)
    }
    try author.pack(Cloud.allow, at: Self.now() - Self.day)
    let old = author.scratch.read("team.czpolicy")
    try accepts("allowed")
    try author.pack(Cloud.deny, at: Self.now())
    try accepts("RULE_MATCH")
    try old.write(to: URL(filePath: author.path("team.czpolicy")))
    for step in [0, -30 * Self.day, 10 * Self.year] {
      try clock.set(step)
      try refuses("E1203: rollback")
    }
    // A bundle packed by a clock far ahead is accepted, and one packed after it by a true clock is not.
    try clock.set(0)
    try author.pack(Cloud.allow, at: Self.now() + Self.year)
    try accepts("allowed")
    try author.pack(Cloud.deny, at: Self.now() + 1)
    try refuses("E1203: rollback")
  }

  @Test func `a signing key counts in its time, by the clock of the proxy`() throws {
    let clock = try SteppedClock()
    let author = try Author()
    try author.pack(Cloud.allow, at: Self.now() - Self.day)
    try author.run(
      "keygen", "--from", author.path("author.json"), "--old-until", String(Self.now() + Self.day), "--author",
      author.path("author-2.json"), "--keys", author.path("keys-2.json"))
    try FileManager.default.removeItem(atPath: author.path("keys.json"))
    try FileManager.default.moveItem(atPath: author.path("keys-2.json"), toPath: author.path("keys.json"))
    for (step, isAccepted) in [(0, true), (2 * Self.day, false), (-Self.year, true)] {
      try clock.set(step)
      let process = try author.start(launcher: clock.launcher)
      if isAccepted { #expect(try Self.call(process, 1) == "allowed") }
      process.closeInput()
      #expect(try process.wait() == (isAccepted ? 0 : 78))
      #expect(process.errors.text.contains("E1203: key") == !isAccepted)
    }
  }

  // MARK: A service

  @Test func `what a service sends arrives by any clock, and every record reaches it`() throws {
    let clock = try SteppedClock()
    let cloud = try Cloud()
    let process = try cloud.start(launcher: clock.launcher)
    #expect(try Self.call(process, 1) == "allowed")
    var made = 1_790_000_000
    for (index, step) in [-Self.day, Self.year, -30 * Self.year, 10 * Self.year].enumerated() {
      try clock.set(step)
      made += 1
      try cloud.change(index % 2 == 0 ? Cloud.deny : Cloud.allow, at: made)
      try Self.wait(process, for: index % 2 == 0 ? "RULE_MATCH" : "allowed", from: 10_000 * (index + 1))
    }
    // A service that fails for a moment is asked again soon after the clock was set back.
    for endpoint in ["pull", "audit"] {
      try cloud.fail(#"{"on":"\#(endpoint)","kind":"status","status":503,"times":1}"#)
    }
    try clock.set(-Self.day)
    try cloud.change(Cloud.deny, at: made + 1)
    try Self.wait(process, for: "RULE_MATCH", from: 50_000)
    process.closeInput()
    #expect(try process.wait() == 0)
    let decisions = try cloud.author.scratch.rows().filter { $0["event"] as? String == "decision" }
    let entries = try cloud.service.wait(forEntries: decisions.count)
    #expect(Set(entries.compactMap { $0["id"] as? String }) == Set(decisions.compactMap { $0["id"] as? String }))
    #expect(try Self.verify(cloud.author.scratch.state) == 0)
  }

  /// Waits until the process that syncs has met a pull that failed.
  private static func waitForFailedPull(_ cloud: Cloud) throws {
    let until = Date() + RunningProcess.patience
    while value(try json(String(decoding: cloud.author.scratch.read("state/sync-state.json"), as: UTF8.self)), "source")
      as? String != "cache"
    {
      guard Date() < until else { throw RunningProcess.TimedOut(description: "no pull has failed") }
      usleep(20_000)
    }
  }

  private static let away = #"{"on":"pull","kind":"status","status":503}"#

  @Test func `without its service a policy ends when the clock says so, and comes back with the clock or the service`()
    throws
  {
    let clock = try SteppedClock()
    let cloud = try Cloud()
    let process = try cloud.start(["--max-cache-age", "600"], launcher: clock.launcher)
    #expect(try Self.call(process, 1) == "allowed")
    try cloud.fail(Self.away)
    try Self.waitForFailedPull(cloud)
    try clock.set(Self.year)
    try Self.wait(process, for: "BUNDLE_MISSING", from: 100)
    try clock.set(0)
    try Self.wait(process, for: "allowed", from: 10_000)
    try clock.set(Self.year)
    try Self.wait(process, for: "BUNDLE_MISSING", from: 20_000)
    try cloud.fail("null")
    try Self.wait(process, for: "allowed", from: 30_000)
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  @Test func `a confirmation from a time that has not come is worth no more than one from now`() throws {
    let clock = try SteppedClock()
    try clock.set(10 * Self.year)
    let cloud = try Cloud()
    let process = try cloud.start(["--max-cache-age", "600"], launcher: clock.launcher)
    #expect(try Self.call(process, 1) == "allowed")
    try cloud.fail(Self.away)
    try Self.waitForFailedPull(cloud)
    try clock.set(0)
    let second = try cloud.start(["--max-cache-age", "600"], launcher: clock.launcher)
    for process in [second, process] { #expect(try Self.call(process, 2) == "allowed") }
    try clock.set(700)
    for process in [process, second] { try Self.wait(process, for: "BUNDLE_MISSING", from: 100) }
    // The first one's ends with the process that syncs, which goes on while the second is alive.
    for process in [process, second] { process.closeInput() }
    for process in [process, second] { #expect(try process.wait() == 0) }
  }

  @Test func `a bundle of a service that has not expired after all is in force again`() throws {
    let clock = try SteppedClock()
    let cloud = try Cloud()
    try cloud.author.pack(Cloud.allow, at: Self.now(), expires: String(Self.now() + Self.hour))
    try cloud.service.ask("/_test/content", "{\"bundle\":\"\(cloud.author.path("team.czpolicy"))\"}")
    let process = try cloud.start(launcher: clock.launcher)
    #expect(try Self.call(process, 1) == "allowed")
    try clock.set(2 * Self.hour)
    try Self.wait(process, for: "BUNDLE_MISSING", from: 100)
    try clock.set(0)
    try Self.wait(process, for: "allowed", from: 10_000)
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  // MARK: Records

  @Test func `a clock ten years ahead removes no record that is recent, and none that waits`() throws {
    let clock = try SteppedClock()
    let cloud = try Cloud()
    let state = cloud.author.scratch.state
    let policy = try cloud.author.scratch.file("local.yaml", ScriptedSession.policy)
    func session() throws {
      let process = try RunningProcess(
        [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", state, "--"]
          + Project.scriptedServer)
      #expect(try Self.call(process, 1) == "allowed")
      process.closeInput()
      #expect(try process.wait() == 0)
    }
    func sync() throws -> Int32 {
      try RunningProcess(
        clock.launcher + [
          Project.czproxy, "sync", "--once", "--state-dir", state, "--api-key-file", cloud.keyFile, "--base-url",
          cloud.service.url,
        ]
      ).wait()
    }
    try session()
    #expect(try sync() == 0)
    try session()
    try cloud.fail(#"{"on":"audit","kind":"status","status":503}"#)
    try clock.set(10 * Self.year)
    for _ in 0..<2 { #expect(try sync() == 75) }
    #expect(try cloud.author.scratch.rows().filter { $0["event"] as? String == "decision" }.count == 2)
    try cloud.fail("null")
    for _ in 0..<2 { #expect(try sync() == 0) }
    #expect(try cloud.author.scratch.rows().filter { $0["event"] as? String == "decision" }.count == 2)
    #expect(try cloud.service.wait(forEntries: 2).count == 2)
    #expect(try Self.verify(state) == 0)
  }
}
