import Testing

@testable import Bundle

struct InstantTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0),
    ("2026-01-01T00:00:00Z", 1_767_225_600),
    ("2026-01-01T00:00:00.999999Z", 1_767_225_600),
    ("2026-01-01t00:00:00z", 1_767_225_600),
    ("2026-01-01 00:00:00+00:00", 1_767_225_600),
    ("2026-01-01T01:30:00+01:30", 1_767_225_600),
    ("2025-12-31T19:00:00-0500", 1_767_225_600),
    ("2024-02-29T12:00:00Z", 1_709_208_000),
    ("2000-02-29T23:59:60Z", 951_868_800),
    ("0001-01-01T00:00:00Z", -62_135_596_800),
    ("9999-12-31T23:59:59Z", 253_402_300_799),
    ("1969-12-31T23:59:59Z", -1),
  ])
  func `a time is read`(text: String, seconds: Int64) {
    #expect(Instant(iso8601: Array(text.utf8))?.seconds == seconds)
  }

  @Test(arguments: [
    "", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00Z", "2026-01-01T24:00:00Z", "2026-13-01T00:00:00Z",
    "2026-00-10T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1", "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00ZZ", " 2026-01-01T00:00:00Z", "+026-01-01T00:00:00Z", "26-01-01T00:00:00Z", "1767225600",
    "0000-01-01T00:00:00Z", "２026-01-01T00:00:00Z", "never",
  ])
  func `what can't be told for certain is no time`(text: String) {
    #expect(Instant(iso8601: Array(text.utf8)) == nil)
  }

  @Test func `what is written is read again`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      let instant = Instant(seconds: Int64.random(in: -62_135_596_800..<253_402_300_800, using: &generator))
      #expect(Instant(iso8601: Array(instant.description.utf8)) == instant)
    }
    #expect(Instant(seconds: .max).description == "second \(Int64.max)")
    #expect(Instant(seconds: .min).description == "second \(Int64.min)")
  }
}
