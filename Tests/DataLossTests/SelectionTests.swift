import Foundation
import Testing

@testable import DataLoss

/// The selection made before any expression runs hides nothing: the scan finds what each expression alone finds.
struct SelectionTests {
  /// Values that detectors look for, pieces of such, and what may stand between: digits and white space of other
  /// scripts count too, and bytes of one kind of run end another.
  private static let fragments: [String] = [
    "a.b@example.com", "@", "AKIAIOSFODNN7EXAMPLE", "ghp_" + String(repeating: "a1B2", count: 9), "sk-", "sk_live_",
    String(repeating: "x9", count: 14), "eyJhbGciOiJIUzI1NiJ9.", "-----BEGIN CERTIFICATE-----", "mysql://u:p@h/d",
    "123-45-6789", "555-123-4567", "4111 1111 1111 1111", "4111-1111", "DE89370400440532013000", "AB123456C",
    "+44 20 7946 0958", "192.168.10.20", "0123456789abcdef0123456789abcdef",
    "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}",
    "\u{967}\u{968}\u{969}", "\u{3000}", "\u{a0}", "\u{7528}\u{6237}", "\u{e9}t\u{e9}", "\u{1d7d8}\u{1d7d9}",
    "passport", "ssn",
    "tax id", "account", "12", "7", "345", "-", " ", ".", "=", "+", "(", ")", "/", "_", "A", "AB", "ABCD", "quarter",
    "the",
    "\n", "\t", "xoxb-12345", "hooks.slack.com/services/T0/B0/x", "sig=", "AccountKey=", "hvs.", "npm_", "Bearer ",
    "postgres://a", "rediss://:", "amqp://:", ":b", "c@d", "sv=2020-01-02&a", "sv=2020-01-02&sig=x", "eyJabcdefgh-",
    ".eyJ",
    "a.a-b%", "@1.a.bc", ".zz",
  ]

  private static func text(_ generator: inout some RandomNumberGenerator) -> [UInt8] {
    var text = ""
    for _ in 0..<Int.random(in: 1...24, using: &generator) {
      text += fragments.randomElement(using: &generator) ?? ""
      if Bool.random(using: &generator) { text += " " }
    }
    return Array(text.utf8)
  }

  @Test func `a scan finds what every detector finds by itself`() throws {
    let scanner = Scanner.builtin.withCredentials
    let exhaustive = Scanner(scanner.detectors.map { $0.withoutRequirement() })
    var generator = SystemRandomNumberGenerator()
    var found = Set<Int>()
    for _ in 0..<3000 {
      let text = Self.text(&generator)
      let expected = try exhaustive.matches(in: text.span)
      let matches = try scanner.matches(in: text.span)
      #expect(matches == expected, "\(String(decoding: text, as: UTF8.self).debugDescription)")
      found.formUnion(matches.map(\.detector))
    }
    #expect(found.count > 25)
  }

  /// A run that leads to no match from one place is not tried again from all the places after it. Otherwise several of
  /// these would not end while anybody waits for the tests; a search that is cut off throws.
  @Test(
    arguments: [
      ("postgres://a", ""), ("postgres://a", "@ "), ("mysql://a", "@ "), ("mongodb://a", "@ "), ("redis://:a", "@ "),
      ("amqp://a", "@ "), ("sv=2020-01-02&a", " sig=x"), ("a.", "@1"),
      ("a.", "@" + String(repeating: "1.a", count: 300_000)),
      ("eyJ-", " x"), ("eyJ-", ".eyJ" + String(repeating: "a", count: 1 << 20)), ("eyJabcdefgh-", ".eyJ-"),
    ])
  func `a run that leads to nothing is looked at once`(unit: String, end: String) throws {
    let text = Array((String(repeating: unit, count: (2 << 20) / unit.utf8.count) + end).utf8)
    let ids = [
      "postgres-url", "mysql-url", "mongodb-url", "redis-url", "amqp-url", "azure-sas-token", "email", "jwt-token",
    ]
    let scanner = Scanner(
      Scanner.builtin.withCredentials.detectors.filter { detector in
        ids.contains { detector.rule.id == "builtin-" + $0 } || detector.rule.id == "credential-json-web-token"
      })
    #expect(try scanner.matches(in: text.span).isEmpty)
  }

  /// Texts that each expression matches, by the detector's id. The file has them backwards, so that nobody takes them for
  /// secrets that got lost.
  private static func examples() throws -> [String: [String]] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: root.appending(path: "Testdata/data-loss/matches.json"))
    return try JSONDecoder().decode([String: [String]].self, from: data).mapValues { $0.map { String($0.reversed()) } }
  }

  @Test func `every detector finds what its expression matches, in any surroundings`() throws {
    let scanner = Scanner.builtin.withCredentials
    let exhaustive = Scanner(scanner.detectors.map { $0.withoutRequirement() })
    let examples = try Self.examples()
    let prose = String(repeating: "The quarter report says that revenue grew by 12 percent. ", count: 90)
    for (number, detector) in scanner.detectors.enumerated() {
      let texts = try #require(examples[detector.rule.id])
      #expect(!texts.isEmpty)
      for text in texts {
        for around in [("", ""), ("swift ", "."), ("(", ") and so on"), (prose, " " + prose)] {
          let bytes = Array((around.0 + text + around.1).utf8)
          let matches = try scanner.matches(in: bytes.span)
          let expected = try exhaustive.matches(in: bytes.span)
          #expect(matches == expected, "\(detector.rule.id): \(text.debugDescription)")
          if around.0 == "swift " { #expect(matches.contains { $0.detector == number }, "\(detector.rule.id)") }
        }
      }
    }
  }

  /// Wherever the literal is in a text, and however long the text is.
  @Test func `a literal is found at every place`() {
    let finder = LiteralFinder.shared
    func occurring(_ text: [UInt8]) -> LiteralSet { finder.occurring(in: text.span, ByteClasses(text.span)) }
    for literal in ["@", "sk-", "AKIA", ":AA", "BEGI", "asv1", "odb:", "oRiZ"] {
      for length in 0..<40 {
        for place in 0...length {
          let text = String(repeating: "e", count: place) + literal + String(repeating: "e", count: length - place)
          #expect(occurring(Array(text.utf8)) == finder.set(of: [literal]), "\(text)")
        }
      }
    }
    #expect(occurring([]) == .zero)
  }
}
