import Foundation
import Testing

/// A policy that changes while calls are made.
@Suite struct ReloadTests {
  private static let allowing = "version: \"1\"\nrules: [{id: open, allow: \"s\"}]\n"
  private static let denying = "version: \"1\"\nrules: [{id: shut, deny: \"s\"}]\n"

  /// The rule that decided a call.
  private static func rule(_ session: ScriptedSession, _ id: Int) throws -> String {
    session.process.send(session.call(id, "echo"))
    let line = try session.process.line()
    return value(try json(line), "result", "_meta", "ai.controlzero/decision", "policy_id") as? String ?? "open"
  }

  /// Makes calls until the wanted rule decides; the time that this takes is up to the proxy.
  private static func wait(_ session: ScriptedSession, for wanted: String, from first: Int) throws {
    let until = Date() + RunningProcess.patience
    var id = first
    while try rule(session, id) != wanted {
      id += 1
      guard Date() < until else { throw RunningProcess.TimedOut(description: "the policy is not `\(wanted)`") }
    }
  }

  private static func replace(_ session: ScriptedSession, _ policy: String) throws {
    try policy.write(toFile: "\(session.scratch.path)/policy.yaml", atomically: true, encoding: .utf8)
  }

  private static func codes(_ session: ScriptedSession) throws -> [String] {
    try session.scratch.rows().filter { $0["event"] as? String == "policy_change" }.compactMap {
      $0["reason_code"] as? String
    }
  }

  @Test func `a file that was replaced judges the next calls, and is on record`() throws {
    let session = try ScriptedSession(policy: Self.allowing)
    #expect(try Self.rule(session, 1) == "open")
    try Self.replace(session, Self.denying)
    try Self.wait(session, for: "shut", from: 2)
    try Self.replace(session, Self.allowing)
    try Self.wait(session, for: "open", from: 1_000_000)
    try session.end()
    #expect(try Self.codes(session) == ["POLICY_RELOADED", "POLICY_RELOADED"])
    let rows = try session.scratch.rows()
    let change = try #require(rows.firstIndex { $0["event"] as? String == "policy_change" })
    #expect(rows[0]["policy_hash"] as? String != rows[change]["policy_hash"] as? String)
  }

  @Test func `a file that was replaced judges what the server asks next, though the host says nothing`() throws {
    let session = try ScriptedSession(policy: Self.allowing)
    session.process.send(#"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{}}"#)
    _ = try session.process.line()
    session.process.send(session.call(1, "ask-until-refused"))
    #expect(try session.process.line().contains("sampling/createMessage"))
    try Self.replace(session, Self.denying)
    var line = ""
    repeat { line = try session.process.line() } while line.contains("sampling/createMessage")
    #expect(value(try json(line), "result", "content", 0, "text") as? String == "refused")
    try session.end()
    #expect(try Self.codes(session) == ["POLICY_RELOADED"])
  }

  @Test func `a file that is written in place is not read by halves`() throws {
    let session = try ScriptedSession(policy: Self.allowing)
    #expect(try Self.rule(session, 1) == "open")
    // The content that is in the file for a moment would be a policy too.
    let handle = try FileHandle(forWritingTo: URL(filePath: "\(session.scratch.path)/policy.yaml"))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data("version: \"1\"\nrules:\n- {id: half, deny: \"s\"}\n".utf8))
    #expect(try Self.rule(session, 2) == "open")
    try handle.truncate(atOffset: 0)
    try handle.seek(toOffset: 0)
    try handle.write(contentsOf: Data(Self.denying.utf8))
    try handle.close()
    try Self.wait(session, for: "shut", from: 3)
    try session.end()
    #expect(try Self.codes(session) == ["POLICY_RELOADED"])
  }

  @Test func `a file that can't be used leaves the last good policy, and says where it is wrong`() throws {
    let session = try ScriptedSession(policy: Self.allowing)
    #expect(try Self.rule(session, 100) == "open")
    try Self.replace(session, "version: \"1\"\nrules: [{allow: [}]\n")
    session.process.send(signal: SIGHUP)
    try session.process.report(containing: "policy.yaml:2:")
    #expect(try Self.rule(session, 1) == "open")
    try FileManager.default.removeItem(atPath: "\(session.scratch.path)/policy.yaml")
    session.process.send(signal: SIGHUP)
    try session.process.report(containing: "there is no such file")
    #expect(try Self.rule(session, 2) == "open")
    try Self.replace(session, Self.denying)
    session.process.send(signal: SIGHUP)
    try session.process.report(containing: "loaded anew")
    #expect(try Self.rule(session, 3) == "shut")
    try session.end()
    #expect(try Self.codes(session) == ["POLICY_KEPT", "POLICY_KEPT", "POLICY_RELOADED"])
  }

  @Test func `a policy that can't be confirmed for too long is in force no longer`() throws {
    let session = try ScriptedSession(policy: Self.allowing, options: ["--max-cache-age", "1"])
    #expect(try Self.rule(session, 1) == "open")
    try FileManager.default.removeItem(atPath: "\(session.scratch.path)/policy.yaml")
    try Self.wait(session, for: "synthetic:BUNDLE_MISSING", from: 2)
    try session.end()
    #expect(try Self.codes(session) == ["POLICY_KEPT", "POLICY_EXPIRED"])
  }

  @Test func `under load every call is judged by one whole policy`() throws {
    let session = try ScriptedSession(policy: Self.allowing)
    // Both policies deny `b` by their second rule; a mixture of the two would let it through or name another rule.
    func policy(_ name: String, _ effect: String) -> String {
      "version: \"1\"\nrules: [{id: \(name)-a, effect: \(effect), action: \"s:echo\"}, {id: \(name)-b, deny: \"s:other\"}]\n"
    }
    #expect(try Self.rule(session, 100) == "open")
    try Self.replace(session, policy("one", "allow"))
    session.process.send(signal: SIGHUP)
    try session.process.report(containing: "loaded anew")
    var id = 0
    for round in 0..<8 {
      let name = round % 2 == 0 ? "two" : "one"
      try Self.replace(session, policy(name, name == "two" ? "warn" : "allow"))
      // Calls go on and on, some before and some after the change.
      var rule = ""
      let until = Date() + RunningProcess.patience
      while rule != "\(name)-b", Date() < until {
        id += 1
        session.process.send(session.call(2 * id, "echo") + "\n" + session.call(2 * id + 1, "other"))
        for _ in 0..<2 {
          let answer = try json(try session.process.line())
          rule = value(answer, "result", "_meta", "ai.controlzero/decision", "policy_id") as? String ?? rule
        }
      }
    }
    try session.end()
    let decisions = try session.scratch.rows().filter {
      $0["event"] as? String == "decision" && $0["policy_id"] as? String != "open"
    }
    #expect(Set(decisions.compactMap { $0["policy_id"] as? String }) == ["one-a", "one-b", "two-a", "two-b"])
    for row in decisions {
      let rule = try #require(row["policy_id"] as? String)
      #expect(row["decision"] as? String == (rule.hasSuffix("-b") ? "deny" : rule == "two-a" ? "warn" : "allow"))
    }
  }

  @Test func `the host is told of it where the server announces its changes`() throws {
    let session = try ScriptedSession(policy: Self.allowing, server: ["--list-changed"])
    session.process.send(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#)
    _ = try session.process.line()
    session.process.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    let listen =
      #"{"jsonrpc":"2.0","id":"l","method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true}}}"#
    session.process.send(listen)
    #expect(try session.process.line().contains("acknowledged"))
    try Self.replace(session, Self.denying)
    session.process.send(signal: SIGHUP)
    #expect(try session.process.line() == #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
    #expect(
      try session.process.line()
        == #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"l"}}}"#
    )
    session.process.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"l"}}"#)
    try Self.replace(session, Self.allowing)
    try Self.wait(session, for: "open", from: 5)
    #expect(try session.end() == 0)
    #expect(session.process.output.text.components(separatedBy: "subscriptionId\":\"l\"").count <= 3)
  }

  // MARK: Tampering

  private static func sign(_ session: ScriptedSession, posture: String, policy: String) throws -> String {
    let text = policy.replacingOccurrences(of: "rules:", with: "settings: {default_on_tamper: \(posture)}\nrules:")
    let key = String(repeating: "k", count: 32)
    _ = try session.scratch.file("tamper.key", key)
    let signer = try RunningProcess([
      "python3", "-c",
      "import hmac,base64,sys; print(base64.b64encode(hmac.new(sys.argv[1].encode(), sys.argv[2].encode(), 'sha256').digest()).decode())",
      key, text,
    ])
    try signer.wait()
    _ = try session.scratch.file("policy.yaml.sig", signer.output.text)
    return text
  }

  @Test(arguments: [("warn", "open"), ("deny", "synthetic:QUARANTINE"), ("deny-all", "synthetic:QUARANTINE")])
  func `a local policy that is not what was signed does what it says itself`(posture: String, rule: String) throws {
    let session = try ScriptedSession(policy: Self.allowing)
    #expect(try Self.rule(session, 100) == "open")
    let text = try Self.sign(session, posture: posture, policy: Self.allowing)
    try Self.replace(session, text)
    session.process.send(signal: SIGHUP)
    try session.process.report(containing: "loaded anew")
    #expect(try Self.rule(session, 1) == "open")
    try Self.replace(session, text + "# changed\n")
    session.process.send(signal: SIGHUP)
    try session.process.report(containing: "is not what was signed")
    #expect(try Self.rule(session, 2) == rule)
    try Self.replace(session, text)
    session.process.send(signal: SIGHUP)
    try Self.wait(session, for: posture == "deny-all" ? rule : "open", from: 3)
    try session.end()
    #expect(
      FileManager.default.fileExists(atPath: "\(session.scratch.state)/quarantine.json") == (posture == "deny-all"))
  }

  @Test func `a quarantine file denies everything until it is gone`() throws {
    let session = try ScriptedSession(policy: Self.allowing)
    #expect(try Self.rule(session, 1) == "open")
    _ = try session.scratch.file("state/quarantine.json", "not json")
    try Self.wait(session, for: "synthetic:QUARANTINE", from: 2)
    try FileManager.default.removeItem(atPath: "\(session.scratch.state)/quarantine.json")
    try Self.wait(session, for: "open", from: 1_000_000)
    try session.end()
    #expect(try Self.codes(session) == ["MACHINE_QUARANTINED", "QUARANTINE_LIFTED"])
  }
}
