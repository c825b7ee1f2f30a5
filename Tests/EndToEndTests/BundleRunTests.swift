import Foundation
import Testing

/// `czproxy run --bundle`: a signed policy enforced without a network, and every other file refused with the reason.
@Suite struct BundleRunTests {
  private static let allow = "{allow: \"s\"}"
  private static let deny = "{deny: \"s\", reason: not now}"
  private static let start = 1_790_000_000

  private static func call(_ process: RunningProcess, _ id: Int) throws -> String {
    process.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"echo"}}"#)
    let decision = value(try json(try process.line()), "result", "_meta", "ai.controlzero/decision", "reason_code")
    return decision as? String ?? "allowed"
  }

  @Test func `a bundle is enforced, its successor takes its place, and it can't come back`() throws {
    let author = try Author()
    try author.pack(Self.allow, at: Self.start)
    let process = try author.start()
    #expect(try Self.call(process, 1) == "allowed")
    let old = try Data(contentsOf: URL(filePath: author.path("team.czpolicy")))

    try author.pack(Self.deny, at: Self.start + 1)
    process.send(signal: SIGHUP)
    try process.report(containing: "loaded anew")
    #expect(try Self.call(process, 2) == "RULE_MATCH")

    try old.write(to: URL(filePath: author.path("team.czpolicy")), options: .atomic)
    process.send(signal: SIGHUP)
    try process.report(containing: "E1203: rollback")
    #expect(try Self.call(process, 3) == "RULE_MATCH")
    process.closeInput()
    #expect(try process.wait() == 0)

    // An older bundle is not accepted at a new start either, unless that is asked for.
    let second = try author.start()
    #expect(try second.wait() == 78)
    #expect(second.errors.text.contains("E1203: rollback"))
    let third = try author.start(["--skip", "rollback"])
    #expect(try Self.call(third, 1) == "allowed")
    third.closeInput()
    try third.wait()
    let rows = try author.scratch.rows()
    #expect(rows.contains { $0["policy_source"] as? String == "hosted" && $0["project_id"] as? String == "prj_1" })
    #expect(rows.contains { $0["reason_code"] as? String == "POLICY_KEPT" })
  }

  @Test func `a bundle that asks for newer semantics is enforced, and every record says so`() throws {
    let author = try Author()
    for (name, copy) in [("floor_allow.czpolicy", "team.czpolicy"), ("keys.json", "keys.json")] {
      let content = try Data(contentsOf: URL(filePath: "\(Project.root)/Testdata/bundle/\(name)"))
      try content.write(to: URL(filePath: author.path(copy)))
    }
    let process = try author.start()
    #expect(try Self.call(process, 1) == "allowed")
    process.closeInput()
    try process.wait()
    #expect(process.errors.text.contains("warning: the policy asks for version 99.0.0 of Control Zero's semantics"))
    let decision = try #require(try author.scratch.rows().first { $0["event"] as? String == "decision" })
    #expect(decision["enforcement_status"] as? String == "degraded_below_floor")
  }

  @Test(arguments: [
    ("verification", "verification"), ("project", "project"), ("key", "key"), ("format", "format"),
    ("tamper", "tamper"),
  ])
  func `what is no bundle of ours is refused with the class of the failure`(change: String, kind: String) throws {
    let author = try Author()
    try author.pack(Self.allow, at: Self.start)
    let bundle = URL(filePath: author.path("team.czpolicy"))
    let keys = URL(filePath: author.path("keys.json"))
    var bytes = try Data(contentsOf: bundle)
    var text = try String(contentsOf: keys, encoding: .utf8)
    let other = try Author()
    let foreign = try json(try String(contentsOf: URL(filePath: other.path("keys.json")), encoding: .utf8))
    let own = try json(text)
    switch change {
    case "verification": bytes[50] ^= 1
    case "format": bytes.removeLast()
    case "project": text = text.replacing("\"prj_1\"", with: "\"prj_2\"")
    case "key":
      let key = try #require(own["signing_pubkey_hex"] as? String)
      text = text.replacing("\"key_version\"", with: "\"revoked_signing_keys\":[\"\(key)\"],\"key_version\"")
    default:
      let (mine, theirs) = ("project_encryption_key_b64", "project_encryption_key_b64")
      text = text.replacing(
        try #require(own[mine] as? String), with: try #require(foreign[theirs] as? String))
    }
    try bytes.write(to: bundle)
    try text.write(to: keys, atomically: true, encoding: .utf8)
    let process = try author.start()
    #expect(try process.wait() == 78)
    #expect(process.errors.text.contains(": \(kind): "), "\(process.errors.text)")
    #expect(!FileManager.default.fileExists(atPath: "\(author.scratch.state)/bundles"))
  }

  @Test func `a bundle that is over is enforced no longer, and never at a start`() throws {
    let author = try Author()
    let soon = Int(Date().timeIntervalSince1970) + 2
    try author.pack(Self.allow, at: Self.start, expires: String(soon))
    let process = try author.start()
    #expect(try Self.call(process, 1) == "allowed")
    var answer = ""
    var id = 1
    let until = Date() + RunningProcess.patience
    while answer != "BUNDLE_MISSING", Date() < until {
      id += 1
      answer = try Self.call(process, id)
    }
    #expect(answer == "BUNDLE_MISSING")
    process.closeInput()
    try process.wait()
    let second = try author.start()
    #expect(try second.wait() == 78)
    #expect(second.errors.text.contains("E1302: expired"))
  }

  @Test func `a forged successor leaves the last good bundle, or what that says of it`() throws {
    for (posture, code) in [("warn", "allowed"), ("deny", "BUNDLE_TAMPERED")] {
      let author = try Author()
      try author.pack("\(Self.allow)]\nsettings: {default_on_tamper: \(posture)}\nx: [", at: Self.start)
      let process = try author.start()
      #expect(try Self.call(process, 1) == "allowed")
      var bytes = try Data(contentsOf: URL(filePath: author.path("team.czpolicy")))
      bytes[60] ^= 1
      try bytes.write(to: URL(filePath: author.path("team.czpolicy")), options: .atomic)
      process.send(signal: SIGHUP)
      try process.report(containing: "E1203: verification")
      #expect(try Self.call(process, 2) == code)
      process.closeInput()
      try process.wait()
    }
  }

  @Test func `nobody can say that it is another project's call`() throws {
    let author = try Author()
    try author.pack("{allow: \"s\", projects: [prj_1]}", at: Self.start)
    let process = try author.start(["--context", "project_id=prj_9"])
    #expect(try Self.call(process, 1) == "allowed")
    process.closeInput()
    try process.wait()
  }

  @Test(arguments: [
    (["--bundle", "x"], "--bundle needs --keys"), (["--keys", "x"], "--keys is for --bundle"),
    (["--policy", "x", "--bundle", "x", "--keys", "y"], "can't both say"), (["--skip", "all"], "--skip takes one of"),
  ])
  func `sources that contradict each other are wrong usage`(options: [String], reason: String) throws {
    let process = try RunningProcess([Project.czproxy, "run"] + options + ["--", "true"])
    #expect(try process.wait() == 64)
    #expect(process.errors.text.contains(reason))
  }
}
