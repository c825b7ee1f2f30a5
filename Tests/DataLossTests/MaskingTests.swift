import Testing
import Wire

@testable import DataLoss

/// What is masked, and how the text looks then.
struct MaskingTests {
  private static let rules = [
    DetectionRule(id: "word", pattern: Array("s[e3]cret".utf8), category: "custom", action: .mask),
    DetectionRule(id: "account", pattern: Array(#"ACCT-\d+"#.utf8), category: "custom", action: .mask),
    DetectionRule(id: "face", pattern: Array("\u{1f600}+".utf8), category: "custom", action: .mask),
    DetectionRule(id: "slash", pattern: Array("a/b\"c".utf8), category: "custom", action: .mask),
    DetectionRule(id: "number", pattern: Array("^4711$".utf8), category: "custom", action: .mask),
    DetectionRule(id: "pair", pattern: Array(#"left\nright"#.utf8), category: "custom", action: .mask),
    DetectionRule(id: "long", pattern: Array("secretary of ACCT".utf8), category: "custom", action: .mask),
  ]

  private func scan(_ json: String) throws -> (ScanOutcome, String) {
    let bytes = Array(json.utf8)
    let document = try JSONDocument(parsing: bytes[...])
    let outcome = ArgumentScanner(Scanner(rules: Self.rules)).scan((document, document.root))
    return (outcome, String(decoding: ByteEdit.apply(outcome.edits, to: bytes[...]), as: UTF8.self))
  }

  @Test(arguments: [
    (#"{"a":"a secret here"}"#, #"{"a":"a [REDACTED-WORD] here"}"#),
    (#"{"a":"secret"}"#, #"{"a":"[REDACTED-WORD]"}"#),
    (#"{"a":"secret ends"}"#, #"{"a":"[REDACTED-WORD] ends"}"#),
    (#"{"a":"ends secret"}"#, #"{"a":"ends [REDACTED-WORD]"}"#),
    (#"{"a":"\u0073e\u0063ret\t\u00e9"}"#, #"{"a":"[REDACTED-WORD]\t\u00e9"}"#),
    (#"{"a":"\ud83d\ude00x\ud83d\uDE00"}"#, #"{"a":"[REDACTED-FACE]x[REDACTED-FACE]"}"#),
    (#"{"a":"é\ud83d\ude00😀\n"}"#, #"{"a":"é[REDACTED-FACE]\n"}"#),
    (#"{"a":"\/a\/b\"c\\"}"#, #"{"a":"\/[REDACTED-SLASH]\\"}"#),
    (#"{"a":"a\u002fb\u0022c"}"#, #"{"a":"[REDACTED-SLASH]"}"#),
    (#"{"b":{},"a":4711}"#, #"{"b":{},"a":"[REDACTED-NUMBER]"}"#),
    (#"{ "a" : [ "x", { "b" : "s3cret" } ] }"#, #"{ "a" : [ "x", { "b" : "[REDACTED-WORD]" } ] }"#),
    (#"{"a":"secretsecret"}"#, #"{"a":"[REDACTED-WORD]"}"#),
    (#"{"a":"secretary of ACCT-1"}"#, #"{"a":"[REDACTED-LONG]"}"#),
    (#"{"secret":"x secret","b":"secret"}"#, #"{"secret":"x [REDACTED-WORD]","b":"[REDACTED-WORD]"}"#),
  ])
  func `only the bytes of the match change`(json: String, masked: String) throws {
    let (outcome, text) = try scan(json)
    #expect(text == masked)
    #expect(outcome.denial == nil && outcome.maskState == .applied)
    #expect(throws: Never.self) { try JSONDocument(parsing: Array(text.utf8)[...]) }
  }

  /// The SDK makes the masks first, and stops at the rule whose id is no text.
  @Test func `a mask that has no name fails the scan before what can't be masked is looked at`() throws {
    var nameless = DetectionRule(id: "5", pattern: Array("x+".utf8), category: "custom", action: .mask)
    nameless.maskFault = "the id is not a string"
    let gap = DetectionRule(id: "gap", pattern: Array(#"\s+"#.utf8), category: "custom", action: .mask)
    let cases = [(#"{"a":"éx","b":"y"}"#, ScanOutcome.Status.unavailable), (#"{"a":"é","b":"y"}"#, .findings)]
    for (json, status) in cases {
      let document = try JSONDocument(parsing: Array(json.utf8)[...])
      let outcome = ArgumentScanner(Scanner(rules: [gap, nameless])).scan((document, document.root))
      #expect(outcome.status == status && outcome.denial != nil)
    }
  }

  /// Python keeps a repeated key in its first place, with its last value.
  @Test func `a key that is repeated is masked where its last value stands`() throws {
    let json = Array(#"{"a":"x","b":"secret","a":"s3cret","c":{"d":1,"e":"secret","d":"secret"}}"#.utf8)
    let document = try JSONDocument(parsing: json[...], options: .python)
    let outcome = ArgumentScanner(Scanner(rules: Self.rules)).scan((document, document.root))
    #expect(
      String(decoding: ByteEdit.apply(outcome.edits, to: json[...]), as: UTF8.self)
        == #"{"a":"x","b":"[REDACTED-WORD]","a":"[REDACTED-WORD]","#
        + #""c":{"d":1,"e":"[REDACTED-WORD]","d":"[REDACTED-WORD]"}}"#)
  }

  @Test func `a match that spans two values denies`() throws {
    let (outcome, text) = try scan(#"{"a":"left","b":"right"}"#)
    #expect(outcome.denial != nil && outcome.reason == "mask_residual_blocked" && outcome.edits.isEmpty)
    #expect(text == #"{"a":"left","b":"right"}"#)
  }

  /// Here the text as a whole can be scanned, but one of the values by itself can't.
  @Test func `where nothing can be rewritten, a value that can't be scanned is a fault of the scan`() throws {
    let rules = [
      DetectionRule(id: "space", pattern: Array(#"\s"#.utf8), category: "custom", action: .mask),
      DetectionRule(id: "first", pattern: Array("^x".utf8), category: "weird", action: .detect),
    ]
    let document = try JSONDocument(parsing: Array(#"{"a":"b c","k":"x"}"#.utf8)[...])
    let outcome = ArgumentScanner(Scanner(rules: rules), rewrites: false).scan((document, document.root))
    #expect(outcome.status == .unavailable && outcome.reason == "scanner_error" && outcome.denial != nil)
    let fine = try JSONDocument(parsing: Array(#"{"a":"b c","k":"y"}"#.utf8)[...])
    let other = ArgumentScanner(Scanner(rules: rules), rewrites: false).scan((fine, fine.root))
    #expect(other.status == .maskUnsupported && other.denial != nil)
  }
}
