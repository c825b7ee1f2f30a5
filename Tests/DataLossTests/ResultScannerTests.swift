import Foundation
import Testing
import Wire

@testable import DataLoss

/// What a server sends: found, masked in place, or withheld.
struct ResultScannerTests {
  private static let token = "ghp_" + String(repeating: "a1B2", count: 9)
  private static let rules = [
    DetectionRule(id: "word", pattern: Array("secret\\w*".utf8), category: "custom", action: .mask),
    DetectionRule(id: "number", pattern: Array("4711".utf8), category: "custom", action: .mask),
  ]

  private func scan(
    _ json: String, _ mode: ResultMode, mayRetype: Bool = true
  ) throws -> (outcome: ScanOutcome, text: String) {
    let bytes = Array(json.utf8)
    let document = try JSONDocument(parsing: bytes[...])
    let outcome = ResultScanner(Scanner(rules: Self.rules)).scan(
      [document.root], in: document, mode: mode, mayRetype: mayRetype)
    let text = ByteEdit.apply(outcome.edits, to: bytes[...])
    #expect(throws: Never.self) { try JSONDocument(parsing: text[...]) }
    return (outcome, String(decoding: text, as: UTF8.self))
  }

  @Test func `detecting leaves every byte and counts`() throws {
    let json = #"{"content":[{"type":"text","text":"a secret and \#(Self.token)"}]}"#
    let (outcome, text) = try scan(json, .detect)
    #expect(text == json && outcome.denial == nil)
    #expect(outcome.findings.totals.map(\.ruleID) == ["builtin-github-pat", "credential-github-token", "word"])
  }

  @Test func `off does not look`() throws {
    #expect(try scan(#"{"text":"secret"}"#, .off).outcome.findings.isEmpty)
  }

  @Test(arguments: [
    (
      #"{"content":[{"type":"text","text":"a secrets\n"}]}"#,
      #"{"content":[{"type":"text","text":"a [REDACTED-WORD]\n"}]}"#
    ),
    (#"{"structuredContent":{"a":["secret",1]}}"#, #"{"structuredContent":{"a":["[REDACTED-WORD]",1]}}"#),
    (
      #"{"contents":[{"uri":"file:///x","text":"\u0073ecret"}]}"#,
      #"{"contents":[{"uri":"file:///x","text":"[REDACTED-WORD]"}]}"#
    ),
    (
      #"{"code":-1,"message":"no secret","data":{"n":4711}}"#,
      #"{"code":-1,"message":"no [REDACTED-WORD]","data":{"n":"[REDACTED-NUMBER]"}}"#
    ),
  ])
  func `masking changes the matches and nothing else`(json: String, masked: String) throws {
    let (outcome, text) = try scan(json, .mask)
    #expect(text == masked)
    #expect(outcome.denial == nil && outcome.maskState == .applied)
  }

  @Test func `a secret that is split over blocks is found and masked in all of them`() throws {
    let parts = [Self.token.prefix(3), Self.token.dropFirst(3).prefix(20), Self.token.dropFirst(23)]
    let blocks = parts.map { #"{"type":"text","text":"\#($0)"}"# }.joined(separator: ",")
    let (outcome, text) = try scan(#"{"content":[\#(blocks)]}"#, .mask)
    #expect(outcome.findings.totals.contains { $0.ruleID == "credential-github-token" })
    for part in parts { #expect(!text.contains("\"\(part)\"")) }
    #expect(try scan(#"{"content":[\#(blocks)]}"#, .block).outcome.denial != nil)
  }

  @Test func `blocking withholds what holds a credential, and masks the rest`() throws {
    #expect(try scan(#"{"text":"\#(Self.token)"}"#, .block).outcome.denial?.contains("GitHub token") == true)
    let (outcome, text) = try scan(#"{"text":"a secret"}"#, .block)
    #expect(outcome.denial == nil && text == #"{"text":"a [REDACTED-WORD]"}"#)
  }

  /// PHP writes `/` with an escape, .NET `+` and `&`, and a text that holds what they wrote is often the answer.
  @Test(arguments: [#"https:\/\/u:hunter22@h\/x"#, #"\u0073ecret"#])
  func `what escapes hide in JSON within a text is withheld`(hidden: String) throws {
    let json = #"{"a": "\#(hidden)"}"#
    let answer = String(decoding: try JSONEncoder().encode(["text": json]), as: UTF8.self)
    for mode in [ResultMode.mask, .block] {
      let outcome = try scan(answer, mode).outcome
      #expect(outcome.denial != nil && outcome.status == .findings)
    }
    #expect(try scan(answer, .detect).outcome.denial == nil)
    // A match over escapes is seen as it stands, and masked.
    let key = #"-----BEGIN PRIVATE KEY-----\n\#(Self.keyBody)\n-----END PRIVATE KEY-----"#
    for seen in [#"line\n\"secret\""#, key] {
      let answer = String(decoding: try JSONEncoder().encode(["text": #"{"a": "\#(seen)"}"#]), as: UTF8.self)
      let (outcome, text) = try scan(answer, .mask)
      #expect(outcome.denial == nil && text.contains("[REDACTED"))
    }
  }

  private static let keyBody = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"

  @Test(arguments: [
    #"if text.startswith("-----BEGIN PRIVATE KEY-----"): return load(text)"#,
    "a file that begins with -----BEGIN RSA PRIVATE KEY----- is a key, and all that follows here is none",
    #"BEGIN, END = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----""#,
    "postgres://app:${DB_PASSWORD}@db:5432/app", #"f"postgresql://{user}:{password}@{host}/{name}""#,
    "https://$USER:$TOKEN@git.example.com/x", "redis://default:******@cache:6379", "http://user:pass@host:80/",
    "https://x-access-token:${{env.TOKEN}}@github.com/a/b", "mysql://root:%(db_pass)s@db/x", "https://u:XXXX@h/",
  ])
  func `what only stands in the place of a credential is none`(text: String) throws {
    let answer = String(decoding: try JSONEncoder().encode(["text": text]), as: UTF8.self)
    let (outcome, passed) = try scan(answer, .block)
    #expect(outcome.denial == nil && passed == answer)
  }

  @Test(arguments: [
    "-----BEGIN PRIVATE KEY-----\n\(keyBody)", "'-----BEGIN PRIVATE KEY-----',\n '\(keyBody)',",
    "    1\t-----BEGIN EC PRIVATE KEY-----\n    2\t\(keyBody)\n    3\t-----END EC PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n\(keyBody)",
    "postgres://app:${DB_PASSWORD:-hunter22}@db/app", "postgres://app:$ecret123@db/app", "https://u:passw0rd@h/",
    "https://u:password1@h/", "https://u:{a}b@h/",
  ])
  func `what looks like one only in part is a credential`(text: String) throws {
    let answer = String(decoding: try JSONEncoder().encode(["text": text]), as: UTF8.self)
    #expect(try scan(answer, .block).outcome.denial != nil)
  }

  @Test func `what can't be masked is withheld`() throws {
    #expect(try scan(#"{"structuredContent":{"my secret":1}}"#, .mask).outcome.denial != nil)
    #expect(try scan(#"{"structuredContent":{"n":4711}}"#, .mask, mayRetype: false).outcome.denial != nil)
    #expect(try scan(#"{"structuredContent":{"n":4711}}"#, .detect, mayRetype: false).outcome.denial == nil)
  }

  @Test(arguments: [#""secret""#, #""a \u0073\u0065cret""#, "4711", "14711"])
  func `what a message is known by is refused where something would have to change in it`(id: String) throws {
    let bytes = Array(#"{"id":\#(id),"params":{"a":"b"}}"#.utf8)
    let document = try JSONDocument(parsing: bytes[...])
    let names = [try #require(document.member("id", of: document.root))]
    let scanner = ResultScanner(Scanner(rules: Self.rules))
    for mode in [ResultMode.mask, .block, .detect] {
      let outcome = scanner.scan([], named: names, in: document, mode: mode)
      #expect((outcome.denial != nil) == (mode != .detect) && outcome.edits.isEmpty && outcome.isInName)
    }
    #expect(!scanner.scan([document.root], in: document, mode: .detect).isInName)
    #expect(!scanner.scan(names, named: [], in: document, mode: .mask).isInName)
  }

  @Test func `base64 payloads are not text, and what only says so is`() throws {
    let payload = String(repeating: "AKIAABCDEFGHIJKLMNOP", count: 60)
    #expect(try scan(#"{"type":"image","data":"\#(payload)"}"#, .detect).outcome.findings.isEmpty)
    #expect(try !scan(#"{"type":"image","data":"\#(payload) secret"}"#, .detect).outcome.findings.isEmpty)
    #expect(try !scan(#"{"type":"image","data":"secret"}"#, .detect).outcome.findings.isEmpty)
  }

  @Test func `a text over the limit is withheld where the mode protects`() throws {
    let bytes = Array(#"{"text":"secret \#(String(repeating: "a ", count: 2048))"}"#.utf8)
    let document = try JSONDocument(parsing: bytes[...])
    let scanner = ResultScanner(Scanner(rules: Self.rules), maxBytes: 4096)
    #expect(scanner.scan([document.root], in: document, mode: .mask).denial != nil)
    let outcome = scanner.scan([document.root], in: document, mode: .detect)
    #expect(outcome.denial == nil && outcome.reason == "payload_over_size_cap" && outcome.findings.count == 1)
  }

  @Test func `a scan that would not end withholds where the mode protects`() throws {
    let endless = DetectionRule(id: "e", pattern: Array("(?:a|aa|aaa)+$".utf8), category: "custom", action: .mask)
    let bytes = Array(#"{"text":"\#(String(repeating: "a", count: 4000))!"}"#.utf8)
    let document = try JSONDocument(parsing: bytes[...])
    let scanner = ResultScanner(Scanner(rules: [endless]))
    let masking = scanner.scan([document.root], in: document, mode: .mask)
    #expect(masking.status == .unavailable && masking.denial != nil)
    #expect(scanner.scan([document.root], in: document, mode: .detect).denial == nil)
  }
}
