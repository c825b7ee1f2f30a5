import Testing
import Wire

@Suite struct WriterTests {
  @Test func `compact text has no white space and keeps UTF-8`() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a\"b")
    writer.beginArray()
    writer.integer(-1)
    writer.string("é\u{1}\u{7f}\n")
    writer.null()
    writer.endArray()
    writer.key("c")
    writer.boolean(true)
    writer.endObject()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\"a\\\"b\":[-1,\"é\\u0001\u{7f}\\n\",null],\"c\":true}")
  }

  @Test func `Python's style separates with spaces and escapes everything beyond ASCII`() {
    var writer = JSONWriter(style: .python)
    writer.beginObject()
    writer.key("k")
    writer.string("é😀\u{7f}/")
    writer.key("l")
    writer.beginArray()
    writer.integer(1)
    writer.integer(2)
    writer.endArray()
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self) == "{\"k\": \"\\u00e9\\ud83d\\ude00\u{7f}/\", \"l\": [1, 2]}")
  }

  @Test(arguments: [
    ("plain text", "plain text"), ("\u{1b}[31mred", #"\u{1b}[31mred"#), ("a\nb", #"a\u{a}b"#),
    ("\u{202e}evil", #"\u{202e}evil"#), ("\u{200b}", #"\u{200b}"#), ("\u{a0}", #"\u{a0}"#), ("é漢😀", "é漢😀"),
    ("\u{e0001}", #"\u{e0001}"#),
  ])
  func `nothing that steers a terminal or misleads a reader is shown`(text: String, shown: String) {
    #expect(DisplayText.escaped(text.utf8) == shown)
  }

  @Test func `a long text is cut, and bytes that are no text are shown as such`() {
    #expect(DisplayText.escaped("abcdef".utf8, limit: 3) == "abc…")
    #expect(DisplayText.escaped([0x61, 0xff, 0x62]) == "a\u{fffd}b")
  }

  @Test(arguments: [0, 7, -7, 10, 99, 100, .max, .min, .min + 1]) func `an integer has all of its digits`(number: Int) {
    var writer = JSONWriter()
    writer.beginArray()
    writer.integer(number)
    writer.integer(UInt64.max)
    writer.endArray()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "[\(number),18446744073709551615]")
  }
}
