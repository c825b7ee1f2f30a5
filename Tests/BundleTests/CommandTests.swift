import Foundation
import Testing

@testable import Bundle

/// `czproxy bundle …`, as it was built.
struct CommandTests {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
    }
  }

  static let control: String = {
    let built = ProcessInfo.processInfo.environment["CZPROXY_BIN_DIR"] ?? Fixtures.root.path + "/.build/release"
    return built + "/czproxy-ctl"
  }()

  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.file("keys.json", try Fixtures.bytes("keys.json"))
    try scratch.file(
      "policy.yaml",
      """
      version: "1"
      rules:
        - {id: no-secrets, deny: "s:forbidden*", reason: nobody may}
        - {id: careful, effect: warn, action: "s:risky"}
        - {allow: "s"}
      """)
  }

  private func run(_ words: String...) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: Self.control)
    process.arguments = ["bundle"] + words
    process.currentDirectoryURL = URL(filePath: scratch.path)
    process.environment = ["HOME": scratch.path, "PATH": "/usr/bin:/bin", "NO_COLOR": "1"]
    let errors = "\(scratch.path)/stderr-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    process.standardError = FileHandle(forWritingAtPath: errors)
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let said = String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
    return Outcome(status: process.terminationStatus, output: text, errors: said)
  }

  private func permissions(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/\(name)")[.posixPermissions] as? Int
  }

  // MARK: The whole way

  @Test func `keys, a bundle, and proxies that take it`() throws {
    var made = try run("keygen", "--project", "prj_1", "--keys", "k.json", "--author", "a.json", "--format", "json")
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.json["project_id"] as? String == "prj_1")
    #expect(try permissions("k.json") == 0o600)
    #expect(try permissions("a.json") == 0o600)
    #expect(!String(decoding: scratch.read("k.json"), as: UTF8.self).contains("seed"))

    made = try run("pack", "policy.yaml", "--author", "a.json", "--expires-in", "30d")
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.contains("policy.czpolicy: 3 rules"))

    let verified = try run("verify", "policy.czpolicy", "--keys", "k.json")
    #expect(verified.status == 0, "\(verified.output)")
    #expect(verified.output.contains("would be enforced"))

    let shown = try run("inspect", "policy.czpolicy", "--keys", "k.json", "--format", "json")
    #expect(shown.status == 0)
    let rules = shown.json["rules"] as? [[String: Any]] ?? []
    #expect(rules.map { $0["effect"] as? String } == ["deny", "warn", "allow"])
    #expect(rules.map { $0["policy_id"] as? String } == ["rule-0", "rule-1", "rule-2"])
    #expect((shown.json["payload"] as? [String: Any])?["project_id"] as? String == "prj_1")

    let again = try run("keygen", "--project", "prj_1", "--keys", "k.json", "--author", "b.json")
    #expect(again.status == 1)
    #expect(again.errors.contains("k.json exists already"))
  }

  @Test func `a new signing key for the same project`() throws {
    #expect(try run("keygen", "--project", "p").status == 1)
    // If not both keys files can be written, neither is left.
    #expect(try run("keygen", "--project", "p", "--keys", "k.json").status == 0)
    #expect(try run("keygen", "--project", "p", "--keys", "k0.json").status == 1)
    #expect(try run("keygen", "--project", "p", "--keys", "k1.json", "--author", "a1.json").status == 0)
    let next = try run(
      "keygen", "--from", "a1.json", "--old-until", "2099-01-01T00:00:00Z", "--keys", "k2.json", "--author", "a2.json")
    #expect(next.status == 0, "\(next.errors)")
    #expect(try run("pack", "policy.yaml", "--author", "a1.json", "-o", "old.czpolicy").status == 0)
    #expect(try run("pack", "policy.yaml", "--author", "a2.json", "-o", "new.czpolicy").status == 0)
    #expect(try run("verify", "old.czpolicy", "--keys", "k2.json").status == 0)
    #expect(try run("verify", "new.czpolicy", "--keys", "k2.json").status == 0)
    #expect(try run("verify", "new.czpolicy", "--keys", "k1.json").output.contains("refused: verification"))
    let late = try run("verify", "old.czpolicy", "--keys", "k2.json", "--at", "2099-01-01T00:00:00Z")
    #expect(late.status == 1)
    #expect(late.output.contains("refused: key"))
  }

  // MARK: verify

  @Test(arguments: Fixtures.rows)
  func `verify gives every fixture the class that the SDK gives it`(row: Fixtures.Row) throws {
    let file = Fixtures.directory.appending(path: row.file).path
    let outcome = try run(
      "verify", file, "--keys", "keys.json", "--format", "json", "--skip", "expiry", "--skip", "rollback", "--skip",
      "project", "--skip", "signer")
    let found = outcome.json["sdk_class"] as? String
    if row.expected == "OK" {
      #expect(found == nil)
      #expect(outcome.status == 0, "\(outcome.output)")
    } else {
      #expect(found == (row.expected.hasPrefix("untyped") ? "BundleFormatError" : row.expected))
      #expect(outcome.status == 1)
    }
  }

  @Test(
    arguments: [
      ("valid", 0, nil), ("expired", 1, "expired"), ("tampered_payload", 1, "verification"), ("wrong_key", 1, "tamper"),
      ("truncated", 1, "format"), ("no_such", 1, "unavailable"),
    ] as [(String, Int32, String?)])
  func `verify names the class and exits by it`(name: String, status: Int32, kind: String?) throws {
    let file = Fixtures.directory.appending(path: "\(name).czpolicy").path
    let outcome = try run("verify", file, "--keys", "keys.json", "--format", "json")
    #expect(outcome.status == status)
    #expect(outcome.json["class"] as? String == kind)
    #expect(outcome.json["enforced"] as? Bool == (status == 0))
  }

  @Test func `verify holds a bundle against what was accepted before`() throws {
    let signer = try Fixtures.signingKey().hexadecimal
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/.controlzero/bundles", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: scratch.path + "/state/bundles", withIntermediateDirectories: true)
    try scratch.file(
      "state/bundles/accepted.json",
      #"{"version":1,"accepted":[{"project_id":"prj_fixture","signing_pubkey_hex":"\#(signer)","created_at":1767225601}]}"#
    )
    let file = Fixtures.directory.appending(path: "valid.czpolicy").path
    let refused = try run("verify", file, "--keys", "keys.json", "--state-dir", "state")
    #expect(refused.status == 1)
    #expect(refused.output.contains("refused: rollback"))
    #expect(try run("verify", file, "--keys", "keys.json", "--state-dir", "state", "--skip", "rollback").status == 0)
    #expect(try run("verify", file, "--keys", "keys.json").status == 0)
    try scratch.file(".controlzero/bundles/accepted.json", "{")
    let damaged = try run("verify", file, "--keys", "keys.json")
    #expect(damaged.status == 1)
    #expect(damaged.output.contains("remove it to start anew"))
    #expect(try run("verify", file, "--keys", "keys.json", "--skip", "rollback").status == 0)
  }

  @Test func `verify refuses a bundle whose payload is no policy`() throws {
    try scratch.file("bad.czpolicy", try Fixtures.packed(#"{"policies":[{"id":"p","priority":"high","rules":[]}]}"#))
    let outcome = try run("verify", "bad.czpolicy", "--keys", "keys.json", "--format", "json")
    #expect(outcome.status == 1)
    #expect(outcome.json["class"] as? String == "policy")
  }

  @Test func `verify refuses an author's file in the place of keys`() throws {
    #expect(try run("keygen", "--project", "p", "--keys", "k.json").status == 0)
    let file = Fixtures.directory.appending(path: "valid.czpolicy").path
    let outcome = try run("verify", file, "--keys", "author.json", "--format", "json")
    #expect(outcome.status == 1)
    #expect(outcome.json["class"] as? String == "key")
  }

  // MARK: pack and inspect

  @Test func `pack takes a payload as it is, and inspect gives it back`() throws {
    #expect(try run("keygen", "--project", "prj_fixture", "--keys", "k.json").status == 0)
    let text = " {\"policies\": [],\n \"metadata\": {\"active_policy_count\": 0}, \"x\": NaN}"
    try scratch.file("payload.json", text)
    let packed = try run("pack", "payload.json", "--payload", "--author", "author.json", "-o", "x.czpolicy")
    #expect(packed.status == 0, "\(packed.errors)")
    #expect(try run("inspect", "x.czpolicy", "--keys", "k.json", "--payload").output == text)
    let header = try run("inspect", "x.czpolicy")
    #expect(header.status == 0)
    #expect(header.output.contains("signature: not checked"))
    #expect(!header.output.contains("policies\""))
  }

  @Test(arguments: [
    ("version: \"1\"\ndialect: czproxy/1\nrules: [{allow: a}]", "dialect"),
    ("version: \"1\"\nrules: [{allow: a, when: {d: 2001-12-14}}]", "quotes"),
    ("version: 1\nrules: [{allow: a}]", "E1201"),
  ])
  func `pack refuses what can't be in a bundle`(text: String, part: String) throws {
    #expect(try run("keygen", "--project", "p", "--keys", "k.json").status == 0)
    try scratch.file("bad.yaml", text)
    let outcome = try run("pack", "bad.yaml", "--author", "author.json")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(part))
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/bad.czpolicy"))
  }

  @Test func `pack refuses what every proxy would`() throws {
    #expect(try run("keygen", "--project", "p", "--keys", "k.json").status == 0)
    let past = try run("pack", "policy.yaml", "--author", "author.json", "--expires-at", "2020-01-01T00:00:00Z")
    #expect(past.status == 1)
    #expect(past.errors.contains("--expires-at has passed"))
    try scratch.file("payload.json", #"{"policies":[],"project_id":"another"}"#)
    let other = try run("pack", "payload.json", "--payload", "--author", "author.json")
    #expect(other.errors.contains("project"))
    let keys = try run("pack", "policy.yaml", "--author", "k.json").errors
    #expect(keys.contains("no author's file") && keys.contains("give the author's file"))
    #expect(try run("pack", "policy.yaml", "--author", "none.json").errors.contains("name a file that exists"))
  }

  // MARK: diff

  @Test func `diff lists rules, settings and decisions that change`() throws {
    try scratch.file(
      "new.yaml",
      """
      version: "1"
      settings: {default_action: allow}
      rules:
        - {id: careful, effect: deny, action: "s:risky"}
        - {id: no-secrets, deny: "s:forbidden*", reason: nobody may}
        - {id: more, allow: "t"}
      """)
    try scratch.file(
      "calls.jsonl",
      """
      {"tool":"s","method":"risky"}
      {"tool":"s","method":"forbidden_x","args":{}}

      {"tool":"u","method":"x","mode":"local","policy":"ignored"}
      """)
    let outcome = try run("diff", "policy.yaml", "new.yaml", "--calls", "calls.jsonl", "--format", "json")
    #expect(outcome.status == 3, "\(outcome.errors)")
    let rules = outcome.json["rules"] as? [[String: Any]] ?? []
    #expect(rules.compactMap { $0["change"] as? String }.sorted() == ["added", "changed", "moved", "removed"])
    let settings = outcome.json["settings"] as? [[String: Any]] ?? []
    #expect(settings.map { $0["name"] as? String } == ["default_action"])
    let flips = outcome.json["decisions"] as? [[String: Any]] ?? []
    #expect(flips.map { $0["line"] as? Int } == [1, 4])
    #expect(flips.map { $0["subject"] as? String } == ["s:risky", "u:x"])
    #expect((flips.first?["old"] as? [String: Any])?["effect"] as? String == "warn")
    #expect((flips.first?["new"] as? [String: Any])?["effect"] as? String == "deny")

    #expect(try run("diff", "policy.yaml", "policy.yaml").status == 0)
    try scratch.file("calls.jsonl", "{\"tool\":5}\n")
    let bad = try run("diff", "policy.yaml", "new.yaml", "--calls", "calls.jsonl")
    #expect(bad.status == 1 && bad.errors.hasPrefix("czproxy: calls.jsonl:1: "))
  }

  @Test func `diff opens bundles with keys, and says that it needs them`() throws {
    let (old, new) = (
      Fixtures.directory.appending(path: "valid.czpolicy").path,
      Fixtures.directory.appending(path: "empty_observe.czpolicy").path
    )
    let outcome = try run("diff", old, new, "--keys", "keys.json")
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("0 added, 3 removed"))
    #expect(try run("diff", old, old, "--keys", "keys.json").status == 0)
    #expect(try run("diff", old, new).errors.contains("--keys"))
  }

  @Test func `a rule put before the others is the only difference`() throws {
    try scratch.file(
      "new.yaml",
      """
      version: "1"
      rules:
        - {deny: "s:new"}
        - {id: no-secrets, deny: "s:forbidden*", reason: nobody may}
        - {id: careful, effect: warn, action: "s:risky"}
        - {allow: "s"}
      """)
    let outcome = try run("diff", "policy.yaml", "new.yaml")
    #expect(outcome.output.contains("1 added, 0 removed, 0 changed, 0 moved"), "\(outcome.output)")
  }
}
