import Testing
import Wire

@Suite struct LineFramerTests {
  /// What a framer gives for pieces of a stream, in a form that can be compared.
  private static func items(_ pieces: [ArraySlice<UInt8>], limit: Int = 1 << 20) -> [String] {
    var framer = LineFramer(maxLineBytes: limit)
    var items: [String] = []
    func note(_ item: LineFramer.Item) {
      switch item {
      case .line(let line):
        items.append(
          "\(String(decoding: line.bytes, as: UTF8.self).debugDescription) \(line.content.count) \(line.isBlank)")
      case .tooLong(let line): items.append("too long: \(line.bytes)")
      }
    }
    for piece in pieces {
      framer.receive(piece)
      while let item = framer.next() { note(item) }
    }
    if let item = framer.finish() { note(item) }
    return items
  }

  private static let stream = Array("{}\n\r\n  \t\n[1]\r\na\rb\n\n0123456789\n01234567\r\nlast".utf8)

  @Test func `lines keep their bytes, and a CR belongs to the end only before the LF`() {
    #expect(
      Self.items([Self.stream[...]]) == [
        #""{}\n" 2 false"#, #""\r\n" 0 true"#, #""  \t\n" 3 true"#, #""[1]\r\n" 3 false"#, #""a\rb\n" 3 false"#,
        #""\n" 0 true"#, #""0123456789\n" 10 false"#, #""01234567\r\n" 8 false"#, #""last" 4 false"#,
      ])
  }

  @Test(arguments: [8, 9, 10, 1 << 20])
  func `any two or three pieces of a stream give the same lines`(limit: Int) {
    let whole = Self.items([Self.stream[...]], limit: limit)
    for first in 0...Self.stream.count {
      for second in first...Self.stream.count {
        let pieces = [Self.stream[..<first], Self.stream[first..<second], Self.stream[second...]]
        #expect(Self.items(pieces, limit: limit) == whole)
      }
    }
  }

  @Test(arguments: ["xxxxx\r\n", "xxxx\r\r\n", "xxxxx\n", "xxxx\r", "xxxxx", "xxxx\rx\n", "xxx\n"])
  func `the length of a line that is too long is that of its content, however the stream is cut`(text: String) {
    let stream = Array(text.utf8)
    let content = text.hasSuffix("\r\n") ? stream.dropLast(2) : text.hasSuffix("\n") ? stream.dropLast() : stream[...]
    for limit in 0..<content.count {
      for first in 0...stream.count {
        for second in first...stream.count {
          let pieces = [stream[..<first], stream[first..<second], stream[second...]]
          #expect(Self.items(pieces, limit: limit) == ["too long: \(content.count)"])
        }
      }
    }
  }

  @Test(arguments: [511, 512, 513, 514, 1000])
  func `what is left of a line that is too long is the same, however the stream is cut`(count: Int) {
    let content = (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }
    for first in [0, 1, count - 513, count - 512, count - 1, count, count + 1].filter({ $0 >= 0 }) {
      var framer = LineFramer(maxLineBytes: 100)
      let stream = content + Array("\r\n".utf8)
      framer.receive(stream[..<first])
      if framer.next() != nil { Issue.record("a line where there is none") }
      framer.receive(stream[first...])
      guard case .tooLong(let line)? = framer.next() else {
        Issue.record("the long line was not reported")
        return
      }
      #expect(line.bytes == count && line.head == Array(content.prefix(512)) && line.tail == Array(content.suffix(512)))
    }
  }

  @Test(arguments: ["\n", "\r\n"])
  func `a line of exactly the limit is given, one byte more is not`(end: String) {
    let fits = Array((String(repeating: "x", count: 100) + end).utf8)
    #expect(Self.items([fits[...]], limit: 100).first?.hasPrefix("\"x") == true)
    #expect(Self.items([fits[...]], limit: 99).first?.hasPrefix("too long") == true)
  }

  @Test func `an endless line is thrown away while it arrives, and reported once with its length`() {
    var framer = LineFramer(maxLineBytes: 1000)
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 300)
    for _ in 0..<10_000 {
      framer.receive(piece)
      if framer.next() != nil { Issue.record("a line where there is none") }
    }
    framer.receive(Array("\nok\n".utf8))
    guard case .tooLong(let overlong)? = framer.next() else {
      Issue.record("the long line was not reported")
      return
    }
    #expect(overlong.bytes == 3_000_000)
    #expect(overlong.head == [UInt8](repeating: UInt8(ascii: "x"), count: 512) && overlong.tail == overlong.head)
    guard case .line(let line)? = framer.next() else {
      Issue.record("the line behind it is lost")
      return
    }
    #expect(Array(line.content) == Array("ok".utf8))
  }
}
