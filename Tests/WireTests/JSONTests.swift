import Foundation
import Testing
import Wire

@Suite struct JSONTests {
  @Test func `there are vectors`() {
    #expect(Vector.all("json/accept").count > 15 && Vector.all("json/refuse").count > 80)
  }

  @Test(arguments: Vector.all("json/accept"))
  func `what every reader understands alike is accepted`(vector: Vector) throws {
    let document = try JSONDocument(parsing: vector.bytes[...])
    // The root is the text without the white space around it.
    let text = vector.bytes.drop { $0 == 0x20 || $0 == 0x09 }.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed()
    #expect(Array(document.raw(document.root)) == Array(text))
  }

  @Test(arguments: Vector.all("json/refuse"))
  func `what readers differ on is refused, for its own reason`(vector: Vector) throws {
    let error = try #require(throws: JSONError.self) { try JSONDocument(parsing: vector.bytes[...]) }
    #expect("\(error.code)".replacingOccurrences(of: "Wire.JSONError.Code.", with: "").contains(vector.expectation))
    #expect((0...vector.bytes.count).contains(error.offset))
  }

  @Test(arguments: Vector.all("json/refuse"))
  func `every prefix of a refused text is refused or a whole value, and never traps`(vector: Vector) {
    for length in 0..<vector.bytes.count {
      _ = try? JSONDocument(parsing: vector.bytes[..<length])
      _ = try? JSONDocument(parsing: vector.bytes[..<length], options: .python)
    }
  }

  @Test func `offsets count from the start of the text, wherever it stands in a buffer`() throws {
    let buffer = Array(#"xxxx{"a":1,"a":2}yyyy"#.utf8)
    let error = try #require(throws: JSONError.self) { try JSONDocument(parsing: buffer[4..<17]) }
    #expect(error == JSONError(.duplicateKey, at: 7))
    let document = try JSONDocument(parsing: buffer[4..<10] + Array("}".utf8))
    #expect(document.member("a", of: document.root).map { document.range(of: $0) } == 5..<6)
  }

  @Test func `strings unescape to their bytes and compare by them`() throws {
    let document = try JSONDocument(parsing: Array(#"["\u0041\ud83d\ude00\n\/é","A"]"#.utf8)[...])
    let elements = Array(document.elements(of: document.root))
    #expect(document.string(elements[0]) == Array("A😀\n/é".utf8))
    #expect(document.string(elements[0], equals: "A😀\n/é"))
    #expect(!document.string(elements[0], equals: "A😀\n/"))
    #expect(!document.string(elements[1], equals: "A\0"))
    #expect(document.string(document.root) == nil)
  }

  @Test func `limits hold exactly`() throws {
    var limits = JSONLimits()
    limits.maxBytes = 4
    #expect(throws: Never.self) { try JSONDocument(parsing: Array("1234".utf8)[...], limits: limits) }
    #expect(throws: JSONError(.tooLong, at: 4)) { try JSONDocument(parsing: Array("12345".utf8)[...], limits: limits) }
    limits = JSONLimits()
    limits.maxValues = 5
    #expect(throws: Never.self) { try JSONDocument(parsing: Array("[1,2,3]".utf8)[...], limits: limits) }
    #expect(throws: JSONError.self) { try JSONDocument(parsing: Array("[1,2,3,4,5]".utf8)[...], limits: limits) }
  }

  @Test(arguments: [
    "[\(String(repeating: "1,", count: 5000))1]", "[\(String(repeating: "[],{},\"\",", count: 2000))0]",
    String(repeating: "[", count: 100) + String(repeating: "]", count: 100), #"{"a":{"b":[1,2,{}]},"c":""}"#, "7",
  ])
  func `the number of values is limited exactly, however dense the text is`(text: String) throws {
    let bytes = Array(text.utf8)[...]
    let document = try JSONDocument(parsing: bytes)
    var limits = JSONLimits()
    limits.maxValues = wordCount(of: document.root, in: document)
    let same = try JSONDocument(parsing: bytes, limits: limits)
    #expect(same.count(of: same.root) == document.count(of: document.root))
    for count in [0, 1, limits.maxValues / 2, limits.maxValues - 1] where count < limits.maxValues {
      limits.maxValues = count
      let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: bytes, limits: limits) }
      #expect(error?.code == .tooManyValues)
    }
  }

  /// Values, keys and closing brackets.
  private func wordCount(of node: JSONDocument.Node, in document: JSONDocument) -> Int {
    switch document.kind(of: node) {
    case .object: document.members(of: node).reduce(2) { $0 + 1 + wordCount(of: $1.value, in: document) }
    case .array: document.elements(of: node).reduce(2) { $0 + wordCount(of: $1, in: document) }
    default: 1
    }
  }

  // Strings are read sixteen bytes at a time, and their last bytes one by one.
  @Test(arguments: [1, 15, 16, 17, 31, 32, 33])
  func `every byte counts at every place of a string`(length: Int) {
    for place in 0..<length {
      for byte in UInt8.min ... .max {
        var text = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        text[place] = byte
        let outcome = Result { () throws(JSONError) in
          try JSONDocument(parsing: ([UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")])[...])
        }
        switch byte {
        case UInt8(ascii: "\""): #expect(throws: JSONError(.trailingBytes, at: place + 2)) { try outcome.get() }
        case UInt8(ascii: "\\"): #expect(throws: JSONError.self) { try outcome.get() }
        case 0x0d: #expect(throws: JSONError(.carriageReturn, at: place + 1)) { try outcome.get() }
        case 0..<0x20: #expect(throws: JSONError(.controlByte, at: place + 1)) { try outcome.get() }
        case 0x80...: #expect(throws: JSONError(.invalidUTF8, at: place + 1)) { try outcome.get() }
        default: #expect((try? outcome.get()).map { $0.string($0.root) } == text)
        }
      }
    }
  }

  // Comparing every pair of so many keys would take hours.
  @Test func `two hundred thousand keys in one object are read, and a repeated one among them is found`() throws {
    let keys = (0..<200_000).map { "\"key number \($0)\":0" }.joined(separator: ",")
    let document = try JSONDocument(parsing: Array("{\(keys)}".utf8)[...])
    #expect(document.count(of: document.root) == 200_000)
    #expect(throws: JSONError.self) {
      try JSONDocument(parsing: Array("{\(keys),\"key number 77777\":0}".utf8)[...])
    }
  }

  @Test func `the reader and Python's json agree on generated texts`() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = Mutator(seed: seed)
    let texts = (0..<4000).map { _ in generator.text() }
    let script = """
      import json, sys
      def pairs(items):
          keys = [k for k, _ in items]
          if len(set(keys)) != len(keys): raise ValueError("duplicate")
          return dict(items)
      def constant(name): raise ValueError(name)
      def number(text):
          value = float(text)
          if value in (float("inf"), float("-inf")): raise ValueError("infinite")
          return value
      def integer(text):
          number(text)
          return int(text)
      for line in sys.stdin:
          raw = bytes.fromhex(line.strip())
          try:
              text = raw.decode("utf-8")
              if "\\r" in text or "\\n" in text: raise ValueError("line")
              value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=number,
                                 parse_int=integer)
              json.dumps(value, ensure_ascii=False).encode("utf-8")
              print(1)
          except (ValueError, RecursionError):
              print(0)
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let lines = texts.map { $0.map { String(format: "%02x", $0) }.joined() }.joined(separator: "\n") + "\n"
    Thread.detachNewThread {
      input.fileHandleForWriting.write(Data(lines.utf8))
      try? input.fileHandleForWriting.close()
    }
    let answers = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(
      separator: "\n")
    process.waitUntilExit()
    try #require(answers.count == texts.count)
    for (text, answer) in zip(texts, answers) {
      let accepted = (try? JSONDocument(parsing: text[...])) != nil
      #expect(accepted == (answer == "1"), "seed \(seed): \(String(decoding: text, as: UTF8.self).debugDescription)")
    }
  }
}

/// Makes JSON texts, most of them valid, and spoils some.
struct Mutator {
  private static let inserted = Array("{}[]\",:\\u0123eE+-.tfn \t\r\u{7f}".utf8)

  private var state: UInt64

  init(seed: UInt64) { state = seed | 1 }

  private mutating func next(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }

  mutating func text() -> [UInt8] {
    var bytes = Array(value(depth: 0).utf8)
    for _ in 0..<[0, 0, 1, 1, 2][next(5)] where !bytes.isEmpty {
      let position = next(bytes.count)
      switch next(3) {
      case 0: bytes.remove(at: position)
      case 1: bytes[position] = UInt8(next(256))
      default: bytes.insert(Self.inserted[next(Self.inserted.count)], at: position)
      }
    }
    return bytes
  }

  private mutating func value(depth: Int) -> String {
    switch next(depth > 4 ? 6 : 8) {
    case 0: return ["true", "false", "null"][next(3)]
    case 1: return ["0", "-1", "12345678901234567890", "1.5", "-0.0", "1e5", "2E-3", "1e308", "1e309", "-0"][next(10)]
    case 2, 3, 4, 5: return string()
    case 6:
      let elements = (0..<next(4)).map { _ in value(depth: depth + 1) }
      return "[" + elements.joined(separator: [",", " , "][next(2)]) + "]"
    default:
      let members = (0..<next(18)).map { _ in string() + ":" + value(depth: depth + 1) }
      return "{" + members.joined(separator: ",") + "}"
    }
  }

  private mutating func string() -> String {
    let parts = [
      "a", "b", "key", "\\u0061", "\\n", "\\\\", "\\/", "é", "\\u00e9", "😀", "\\ud83d\\ude00", "\\ud800", "\u{2028}",
      "plain text of some length", "\\\"", "name",
    ]
    return "\"" + (0..<next(4)).map { _ in parts[next(parts.count)] }.joined() + "\""
  }
}
