import Foundation
import Testing

/// `czproxy run` with an API key: the policy comes from a service, and every record reaches it.
@Suite struct CloudTests {
  private static func call(_ process: RunningProcess, _ id: Int, _ tool: String = "echo") throws -> String {
    process.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)"}}"#)
    let decision = value(try json(try process.line()), "result", "_meta", "ai.controlzero/decision")
    return value(decision, "reason_code") as? String ?? "allowed"
  }

  private static func wait(_ process: RunningProcess, for wanted: String, from first: Int) throws {
    let until = Date() + RunningProcess.patience
    var id = first
    while try call(process, id) != wanted {
      id += 1
      guard Date() < until else { throw RunningProcess.TimedOut(description: "no call is `\(wanted)`") }
      usleep(20_000)
    }
  }

  @Test func `the policy comes from the service, stays fresh, and every decision reaches it`() throws {
    let cloud = try Cloud()
    let process = try cloud.start()
    #expect(try Self.call(process, 1) == "allowed")
    try cloud.change(Cloud.deny, at: 1_790_000_001)
    try Self.wait(process, for: "RULE_MATCH", from: 2)
    process.closeInput()
    #expect(try process.wait() == 0)

    let rows = try cloud.author.scratch.rows().filter { $0["event"] as? String == "decision" }
    let entries = try cloud.service.wait(forEntries: rows.count)
    #expect(Set(entries.compactMap { $0["id"] as? String }) == Set(rows.compactMap { $0["id"] as? String }))
    #expect(Set(entries.compactMap { $0["project_id"] as? String }) == ["prj_1"])
    #expect(entries.allSatisfy { $0["tool_name"] as? String == "s" && $0["mode"] as? String == "hosted" })
  }

  @Test func `nobody who reads standard error is no reason to die of advice`() throws {
    let cloud = try Cloud()
    let script = """
      import os, signal, sys
      signal.signal(signal.SIGPIPE, signal.SIG_DFL)
      reader, writer = os.pipe()
      os.close(reader)
      os.dup2(writer, 2)
      os.execv(sys.argv[1], sys.argv[1:])
      """
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: cloud.keyFile)
    let process = try cloud.start(launcher: ["python3", "-c", script])
    #expect(try Self.call(process, 1) == "allowed")
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  @Test func `who asks us to end while the first policy is waited for is heard, and no server is started`() throws {
    let cloud = try Cloud()
    try cloud.fail(#"{"on":"pull","kind":"hang"}"#)
    let scratch = cloud.author.scratch
    let process = try cloud.start(server: ["touch", "\(scratch.path)/started"])
    // The first record is there before the waiting begins.
    try scratch.waitForRow(containing: "session_start")
    process.send(signal: SIGTERM)
    #expect(try process.wait() == 128 + SIGTERM)
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/started"))
    #expect(try scratch.rows().last?["event"] as? String == "session_end")
    try cloud.fail("null")
  }

  @Test func `a service that is away leaves the cached policy in force, and gets the records later`() throws {
    let cloud = try Cloud()
    let first = try cloud.start()
    #expect(try Self.call(first, 1) == "allowed")
    try cloud.fail(#"{"on":"pull","kind":"status","status":503}"#)
    try cloud.fail(#"{"on":"audit","kind":"status","status":503,"headers":{"Retry-After":"1"}}"#)
    first.closeInput()
    try first.wait()
    let second = try cloud.start()
    #expect(try Self.call(second, 2) == "allowed")
    second.send(signal: SIGKILL)
    try second.wait()
    try cloud.fail("null")
    #expect(Set(try cloud.service.wait(forEntries: 2).compactMap { $0["extracted_method"] as? String }) == ["echo"])
  }

  @Test func `a key that the service rejects never falls back to the cache at a start`() throws {
    let cloud = try Cloud()
    let first = try cloud.start()
    #expect(try Self.call(first, 1) == "allowed")
    try cloud.fail(#"{"on":"pull","kind":"status","status":401,"body":"{\"message\":\"revoked\"}"}"#)
    // A running proxy keeps the policy that it has.
    let until = Date() + RunningProcess.patience
    while !String(decoding: cloud.author.scratch.read("state/sync-state.json"), as: UTF8.self).contains("E1101"),
      Date() < until
    {
      usleep(20_000)
    }
    #expect(try Self.call(first, 2) == "allowed")
    first.closeInput()
    try first.wait()
    let second = try cloud.start()
    #expect(try Self.call(second, 3) == "BUNDLE_MISSING")
    try second.report(containing: "E1101")
    second.closeInput()
    try second.wait()
  }

  @Test func `a key that takes the place of another one counts without a new start, once a policy has come with it`()
    throws
  {
    let cloud = try Cloud()
    let other = "cz_test_" + String(repeating: "b", count: 64)
    _ = try cloud.author.scratch.file("key", other)
    let process = try cloud.start()
    #expect(try Self.call(process, 1) == "BUNDLE_MISSING")
    // The right key is put back.
    _ = try cloud.author.scratch.file("key", StandIn.key)
    try Self.wait(process, for: "allowed", from: 2)
    // The key is replaced; what came with the old one stays in force until something comes with the new one.
    try cloud.fail(#"{"on":"pull","kind":"status","status":503}"#)
    try cloud.service.ask("/_test/content", "{\"api_key\":\"\(other)\"}")
    try cloud.change(Cloud.deny, at: 1_790_000_001)
    _ = try cloud.author.scratch.file("key", other)
    #expect(try Self.call(process, 100_000) == "allowed")
    try cloud.fail("null")
    try Self.wait(process, for: "RULE_MATCH", from: 100_001)
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  @Test func `without an answer at the first start every call is denied until there is a policy`() throws {
    let cloud = try Cloud()
    try cloud.fail(#"{"on":"bootstrap","kind":"status","status":503}"#)
    let process = try cloud.start()
    #expect(try Self.call(process, 1) == "BUNDLE_MISSING")
    try cloud.fail("null")
    try Self.wait(process, for: "allowed", from: 2)
    process.closeInput()
    try process.wait()
  }

  @Test func `a policy that the service has not confirmed for too long is in force no longer`() throws {
    let cloud = try Cloud()
    let process = try cloud.start(["--max-cache-age", "3"])
    #expect(try Self.call(process, 1) == "allowed")
    try cloud.fail(#"{"on":"pull","kind":"status","status":500}"#)
    try Self.wait(process, for: "BUNDLE_MISSING", from: 2)
    try cloud.fail("null")
    try Self.wait(process, for: "allowed", from: 100_000)
    process.closeInput()
    try process.wait()
  }

  @Test(arguments: [("file", "RULE_MATCH"), ("service", "allowed")])
  func `in hybrid mode a file decides, or stands in, and the records go to the service`(order: String, code: String)
    throws
  {
    let cloud = try Cloud()
    let file = try cloud.author.scratch.file("local.yaml", "version: \"1\"\nrules: [\(Cloud.deny)]\n")
    // If the service comes first, the file counts until there is a bundle.
    let process = try cloud.start(["--policy", file, "--hybrid", order])
    try Self.wait(process, for: code, from: 1)
    process.closeInput()
    try process.wait()
    #expect(try !cloud.service.wait(forEntries: 1).isEmpty)
    let requests = try cloud.service.ask("/_test/requests")["requests"] as? [[String: Any]] ?? []
    #expect(requests.contains { $0["path"] as? String == "/v1/sdk/policies/pull" } == (order == "service"))
  }

  @Test func `in local mode nothing is started, whatever the environment holds`() throws {
    let scratch = try Scratch()
    let file = try scratch.file("policy.yaml", "version: \"1\"\nrules: [\(Cloud.allow)]\n")
    for options in [["--policy", file], ["--policy", file, "--mode", "local"]] {
      let process = try RunningProcess(
        [Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state] + options + ["--"]
          + Project.scriptedServer,
        environment: ["CZ_API_KEY": StandIn.key, "CONTROLZERO_API_URL": "http://127.0.0.1:9"])
      #expect(try Self.call(process, 1) == "allowed")
      process.closeInput()
      try process.wait()
    }
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.state)/sync.lock"))
  }

  @Test func `records of ten proxies in one state directory are delivered, each of them`() throws {
    let cloud = try Cloud()
    let proxies = try (0..<10).map { _ in try cloud.start() }
    for (number, process) in proxies.enumerated() {
      for id in 0..<5 { #expect(try Self.call(process, id, "t\(number)-\(id)") == "allowed") }
    }
    for (number, process) in proxies.enumerated() {
      if number % 2 == 0 { process.send(signal: SIGKILL) } else { process.closeInput() }
      try process.wait()
    }
    let entries = try cloud.service.wait(forEntries: 50)
    let expected = Set((0..<10).flatMap { number in (0..<5).map { "t\(number)-\($0)" } })
    #expect(Set(entries.compactMap { $0["extracted_method"] as? String }) == expected)
    let verify = try RunningProcess([Project.czproxy, "audit", "verify", "--state-dir", cloud.author.scratch.state])
    #expect(try verify.wait() == 0, "\(verify.output.text)")
  }

  // MARK: Keys and secrets

  @Test func `a secret is in the server's environment and nowhere else, and our key is not in it`() throws {
    let cloud = try Cloud()
    let script = "env > seen; exec \"$@\""
    let words = [
      Project.czproxy, "run", "--server", "s", "--state-dir", cloud.author.scratch.state, "--secret-env",
      "DB=czsec://db/password", "--base-url", cloud.service.url, "--", "sh", "-c", script, "sh",
    ]
    let process = try RunningProcess(
      words + Project.scriptedServer, environment: ["CZ_API_KEY": StandIn.key, "OTHER": "stays"],
      directory: cloud.author.scratch.path)
    #expect(try Self.call(process, 1) == "allowed")
    let seen = String(decoding: cloud.author.scratch.read("seen"), as: UTF8.self)
    #expect(seen.contains("DB=s\u{e9}cret\n") && seen.contains("OTHER=stays"))
    #expect(!seen.contains("cz_test_"))
    let children = try RunningProcess(["pgrep", "-f", cloud.author.scratch.state])
    try children.wait()
    for pid in [String(process.id)] + children.output.text.split(separator: "\n").map(String.init) {
      let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
      #expect(environment.range(of: Data("s\u{e9}cret".utf8)) == nil)
    }
    process.closeInput()
    try process.wait()
    for name in try FileManager.default.subpathsOfDirectory(atPath: cloud.author.scratch.state) {
      let text = cloud.author.scratch.read("state/\(name)")
      #expect(text.range(of: Data("s\u{e9}cret".utf8)) == nil && text.range(of: Data(StandIn.key.utf8)) == nil)
    }
  }

  @Test(arguments: [("nothing", 78), ("guarded", 77), ("long", 78)])
  func `a secret that can't be had stops the start`(name: String, status: Int32) throws {
    let cloud = try Cloud()
    let process = try cloud.start(["--secret-env", "X=czsec://\(name)"])
    #expect(try process.wait() == status)
    #expect(process.errors.text.contains("can't get the secrets"))
  }

  @Test func `what prints secrets without an end is stopped, and the start with it`() throws {
    let scratch = try Scratch()
    // By another process: a file that this one writes is also open in what other tests fork meanwhile, and can't be run.
    let making =
      #"cp "$0" "$1/czproxy" && printf '#!/bin/sh\nexec yes\n' >"$1/czproxy-ctl" && chmod 755 "$1/czproxy-ctl""#
    #expect(try RunningProcess(["sh", "-c", making, Project.czproxy, scratch.path]).wait() == 0)
    let words = ["run", "--state-dir", scratch.state, "--secret-env", "X=czsec://a", "--", "true"]
    let process = try RunningProcess(["\(scratch.path)/czproxy"] + words, environment: ["CZ_API_KEY": StandIn.key])
    #expect(try process.wait() == 70)
    #expect(process.errors.text.contains("File too large"), "\(process.errors.text)")
  }

  @Test(arguments: [
    (["--mode", "cloud", "--policy", "x"], "in cloud mode"),
    (["--mode", "local", "--base-url", "http://x"], "in local mode"),
    (["--secret-env", "X=y"], "--secret-env takes"), (["--mode", "some"], "--mode takes one of"),
  ])
  func `what contradicts itself is wrong usage`(options: [String], reason: String) throws {
    let scratch = try Scratch()
    let process = try RunningProcess(
      [Project.czproxy, "run", "--state-dir", scratch.state] + options + ["--", "true"])
    #expect(try process.wait() == 64)
    #expect(process.errors.text.contains(reason), "\(process.errors.text)")
  }

  @Test(arguments: [
    (["run", "--base-url", "http://127.0.0.1:9", "--policy"], Int32(0), true),
    (["run", "--mode", "local", "--otlp-endpoint", "http://127.0.0.1:9", "--policy"], 0, false),
    (["sync", "--once", "--base-url", "http://127.0.0.1:9"], 78, true),
    (["sync", "--once", "--otlp-endpoint", "http://127.0.0.1:9"], 78, false),
  ])
  func `authorities that are not there and a key that others can read are told of at the start`(
    words: [String], status: Int32, usesKey: Bool
  ) throws {
    let scratch = try Scratch()
    let key = try scratch.file("key", StandIn.key)
    let policy = words.last == "--policy" ? [try scratch.file("policy.yaml", ScriptedSession.policy)] : []
    let options = ["--state-dir", scratch.state, "--ca-file", "\(scratch.path)/none"]
    func errors(_ permissions: Int) throws -> String {
      try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: key)
      let process = try RunningProcess(
        [Project.czproxy] + words + policy + options + (usesKey ? ["--api-key-file", key] : [])
          + (words.first == "run" ? ["--", "true"] : []))
      #expect(try process.wait() == status)
      return process.errors.text
    }
    let open = try errors(0o644)
    #expect(open.contains("there is no file of certificate authorities `\(scratch.path)/none`"), "\(open)")
    #expect(open.contains("others can read it (mode 644): chmod 600 \(key)\n") == usesKey, "\(open)")
    #expect(try !errors(0o600).contains("chmod"))
  }

  @Test func `a key of another form is refused before anything is started`() throws {
    let scratch = try Scratch()
    let key = try scratch.file("key", "sk_live_nothing")
    let process = try RunningProcess(
      [
        Project.czproxy, "run", "--state-dir", scratch.state, "--api-key-file", key, "--", "touch",
        "\(scratch.path)/ran",
      ])
    #expect(try process.wait() == 78)
    #expect(process.errors.text.contains("E1104") && !process.errors.text.contains("sk_live_nothing"))
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/ran"))
  }
}
