import Testing
import Wire

@Test func smoke() throws {
  let d = try JSONDocument(parsing: Array(#"{"a":[1,2.5,true,null,"x\u0041\ud83d\ude00"],"b":{"c":"é"}}"#.utf8)[...])
  let a = try #require(d.member("a", of: d.root))
  #expect(d.count(of: a) == 5)
  #expect(
    d.elements(of: a).map { String(decoding: d.raw($0), as: UTF8.self) } == [
      "1", "2.5", "true", "null", #""x\u0041\ud83d\ude00""#,
    ])
  let last = try #require(Array(d.elements(of: a)).last)
  #expect(d.string(last) == Array("xA😀".utf8))
  #expect(d.string(last, equals: "xA😀"))
  for bad in [
    "{\"a\":1,\"\\u0061\":2}", "[1,]", "{\"a\":1,}", "1e400", "\u{FEFF}{}", "{} {}", "[\"\\ud800\"]", "{\"a\"\r:1}", "",
    " ", "[", "tru", "01", "-", "1.", "nul", "[1 2]", "{\"a\" 1}", "\"\u{1}\"", "{]", "[}",
  ] {
    #expect(throws: JSONError.self, "\(bad)") { try JSONDocument(parsing: Array(bad.utf8)[...]) }
  }
}
