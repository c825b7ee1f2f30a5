import Foundation
import Policy
import Testing
import Wire

@testable import Bundle

/// Local policies as payloads: what they decide, and what a payload can't express.
struct PackTests {
  private func payload(_ yaml: String, format: PolicyFormat = .yaml) throws(PolicyError) -> [UInt8] {
    try HostedPayload.make(
      local: Array(yaml.utf8), format: format, fileName: "policy", name: .init(id: "pol", name: "policy")
    ) { writer in
      writer.key("project_id")
      writer.string("prj_fixture")
    }
  }

  private static let policies = [
    """
    version: "1"
    settings: {default_action: allow}
    rules:
      - {id: first, deny: "github:delete_*", reason: no deletes, reason_code: NO_DELETES}
      - {effect: warn, actions: ["GitHub:push", git], clients: cursor, projects: [prj_fixture, "p*"]}
      - {allow: ["github:*", "*"], resources: ["mcp://*", "repo/a"], name: by name}
      - {effect: deny, action: "*:read", resource: "/etc/*"}
    """,
    """
    version: "1"
    rules:
      - deny: "fs"
        when: {path: {op: glob, value: "/etc/*"}, n: 1.0, b: yes, x: 0x1F, e: 1e3, i: .inf, m: -.inf, z: ~}
      - allow: "fs"
        conditions: {path: {op: in, value: ["/a", 1, 1.5, true, null]}, size: {op: gt, value: 1.0e+17}}
      - {allow: "fs:list", when: {}, conditions: {mode: "r?"}}
      - {allow: "fs:text", when: {text: {op: contains, value: "é\\u00e9\\t\\"", case_insensitive: true}}}
      - {deny: "db", when: {sql: {op: matches, value: "(?i)drop\\\\s+table"}}, escalate_on_deny: true}
      - {allow: "db", reason_localized: {de: "darf"}, reason_code: no}
    """,
    """
    version: "1"
    settings: {default_action: warn, tamper_behavior: deny, default_on_missing: allow, default_on_empty: deny}
    rules:
      - allow: ["", "a:", ":b", "[!x]:y"]
      - {deny: "s:mail"}
      - {allow: "s"}
    dlp_rules:
      - {id: d1, name: codes, pattern: "CODE-[0-9]+", action: block, scopes: [sdk]}
      - {id: d2, name: other, pattern: "secret", action: mask}
    """,
  ]

  private static let arguments = [
    "{}", #"{"path":"/etc/passwd"}"#, #"{"path":"/a","size":3}"#, #"{"path":1.5,"size":200000000000000000}"#,
    #"{"path":"/etc/x","n":1.0,"b":true,"x":31,"e":"1e3","i":1e999,"m":-1e999,"z":null}"#,
    #"{"path":"/etc/x","n":1,"b":true,"x":31,"e":1000.0,"i":"inf","m":"-inf","z":"None"}"#,
    #"{"mode":"rw","text":"ÉÉ\t\"x"}"#, #"{"sql":"DROP  table x"}"#, #"{"sql":"select 1"}"#,
    #"{"text":"CODE-12 and secret"}"#, #"{"text":"secret"}"#,
  ]
  private static let tools = [
    ("github", "delete_repo"), ("GITHUB", "push"), ("git", "x"), ("other", "read"), ("fs", "list"), ("fs", "text"),
    ("fs", "read"), ("db", "query"), ("s", "mail"), ("s", "other"), ("", "x"), ("a", ""), ("", "b"), ("q", "y"),
    ("x", "y"),
  ]
  private static let contexts = [
    "{}", #"{"client_name":"cursor"}"#, #"{"resource":"repo/a"}"#, #"{"resource":"/etc/x","client_name":"x"}"#,
    #"{"tags":{"path":"/a"}}"#,
  ]

  /// Every call, by the file and by the payload made of it.
  @Test(arguments: policies)
  func `a payload decides as the file that it is made of`(yaml: String) throws {
    let local = try Policy.load(local: Array(yaml.utf8), format: .yaml, fileName: "policy.yaml")
    let hosted = try Policy.load(hosted: try payload(yaml), fileName: "payload")
    var effects: [Effect: Int] = [:]
    for (tool, method) in Self.tools {
      for arguments in Self.arguments {
        for context in Self.contexts {
          // The project is the same for both: a hosted policy's own would be forced on the call.
          let line =
            #"{"policy":{},"mode":"hosted-fast","tool":"\#(tool)","method":"\#(method)","args":\#(arguments),"context":\#(context)}"#
          let testCase = try PolicyCase(parsing: Array(line.utf8)[...])
          let call = testCase.call(for: hosted)
          let (expected, found) = (testCase.judge(call, by: local), testCase.judge(call, by: hosted))
          #expect(found.decision.effect == expected.decision.effect, "\(line)")
          #expect(found.decision.reasonCode == expected.decision.reasonCode, "\(line)")
          #expect(found.decision.evaluatedRules == expected.decision.evaluatedRules, "\(line)")
          #expect(found.decision.gateMatched == expected.decision.gateMatched, "\(line)")
          #expect(found.decision.requiresApproval == expected.decision.requiresApproval, "\(line)")
          #expect(found.dataLoss == expected.dataLoss, "\(line)")
          effects[found.decision.effect, default: 0] += 1
        }
      }
    }
    #expect(effects.count > 1)
  }

  @Test func `settings, names and the order of rules are kept`() throws {
    let bytes = try payload(Self.policies[2])
    let document = try JSONDocument(parsing: bytes[...], options: .python)
    #expect(document.text("default_action", of: document.root) == "warn")
    #expect(document.text("default_on_tamper", of: document.root) == "deny")
    #expect(document.text("default_on_missing", of: document.root) == "allow")
    #expect(document.text("default_on_empty", of: document.root) == "deny")
    #expect(HostedPayload.rules(of: document).count == 3)
    let first = try payload(Self.policies[0])
    let rules = try JSONDocument(parsing: first[...], options: .python)
    let entries = HostedPayload.rules(of: rules)
    #expect(entries.map { rules.text("id", of: $0.rule) } == ["first", nil, "by name", nil])
    #expect(entries.map { rules.text("effect", of: $0.rule) } == ["deny", "warn", "allow", "deny"])
  }

  @Test(arguments: [
    ("version: \"1\"\ndialect: czproxy/1\nrules: [{allow: a}]", "dialect"),
    ("version: \"1\"\nrules: [{allow: a, when: {d: 2001-12-14}}]", "2001-12-14"),
    ("version: \"1\"\nrules: [{allow: a, when: {d: {op: in, value: [{1: 2}]}}}]", "key"),
    ("version: \"1\"\nrules: [{allow: []}]", "no pattern"),
    ("version: \"1\"\nsettings: {enforcement_status: fail_closed}\nrules: [{allow: a}]", "enforcement_status"),
    (
      "version: \"1\"\nrules: [{allow: a, id: \"synthetic:OBSERVE_MODE_NO_POLICY\", reason_code: OBSERVE_MODE_NO_POLICY}]",
      "name"
    ),
    ("version: \"1\"\nrules: [{effect: audit, action: a}]", "audit"),
    ("rules: [", "YAML"),
  ])
  func `what a bundle can't say is refused`(yaml: String, part: String) {
    do throws(PolicyError) {
      _ = try payload(yaml)
      Issue.record("\(yaml) was taken")
    } catch {
      #expect("\(error)".localizedCaseInsensitiveContains(part), "\(error)")
    }
  }

  @Test(arguments: [
    #"{"allow":"a:\ud800"}"#, #"{"allow":"a","when":{"x":"\udc00"}}"#, #"{"deny":"a","clients":["\ud800"]}"#,
  ])
  func `half a surrogate pair is refused`(rule: String) {
    #expect(throws: PolicyError.self) {
      try payload(#"{"version":"1","rules":[\#(rule)]}"#, format: .json)
    }
  }

  // MARK: Packing

  @Test func `what is packed is opened word for word`() throws {
    let author = try AuthorKeys.random(projectID: "prj_1")
    let payload = Array(#" {"project_id" : "prj_1", "x": [1, 1.0, NaN, "é"]}"#.utf8)
    let file = try BundlePacker.pack(payload: payload, createdAt: 1234, policyCount: 7, author: author)
    let accepted = try author.keys.accept(file, at: 0, after: AcceptedBundles())
    #expect(Array(accepted.payload.bytes) == payload)
    #expect(accepted.header.createdAt == 1234)
    #expect(accepted.header.policyCount == 7)
    // A nonce is never used twice.
    let again = try BundlePacker.pack(payload: payload, createdAt: 1234, policyCount: 7, author: author)
    #expect(file[32..<44] != again[32..<44])
  }

  @Test(arguments: ["", "[]", "{", "\u{feff}{}"])
  func `what is no payload is not packed`(text: String) throws {
    let author = try AuthorKeys.random(projectID: "p")
    #expect(
      refusal { _ = try BundlePacker.pack(payload: Array(text.utf8), createdAt: 0, policyCount: 0, author: author) }?
        .kind
        == .format)
  }

  @Test func `what would be too large is not packed`() throws {
    let author = try AuthorKeys.random(projectID: "p")
    let large = Array("{\"a\":\"".utf8) + [UInt8](repeating: 0x61, count: 16 << 20) + Array("\"}".utf8)
    #expect(
      refusal { _ = try BundlePacker.pack(payload: large, createdAt: 0, policyCount: 0, author: author) }?.code
        == .decompressedTooLarge)
    // Nor what doesn't get smaller by compression.
    #expect(
      refusal {
        _ = try BundlePacker.seal(
          frame: [UInt8](repeating: 0, count: UnverifiedBundle.maxBytes - 123), createdAt: 0, policyCount: 0,
          seed: author.seed, key: author.keys.encryptionKey)
      }?.code == .fileTooLarge)
  }
}
