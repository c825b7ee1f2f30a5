import Testing
import Wire

@Suite struct MessageTests {
  @Test(arguments: Vector.all("message/accept"))
  func `a message is accepted`(vector: Vector) throws {
    #expect(throws: Never.self) { try Message(parsing: vector.bytes[...]) }
  }

  @Test(arguments: Vector.all("message/refuse"))
  func `what is no message is refused, for its own reason`(vector: Vector) throws {
    let error = try #require(throws: MessageError.self) { try Message(parsing: vector.bytes[...]) }
    #expect("\(error.code)" == vector.expectation)
  }

  @Test(arguments: [
    (#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":1,"a":2}}"#, ["7"]),
    (#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":NaN}}"#, ["7"]),
    (#"{"jsonrpc":"2.0","id":7,"method":"x","Method":"y"}"#, ["7"]),
    (#"[{"id":7,"method":"x"},{"id":"\u0041","method":"x"},{"method":"x"},{"id":9,"result":1}]"#, ["7", #""\u0041""#]),
    (#"{"jsonrpc":"2.0","id":7,"id":8,"method":"x"}"#, []),
    (#"{"jsonrpc":"2.0","id":7,"Id":8,"method":"x"}"#, []),
    (#"{"jsonrpc":"2.0","id":7.0,"method":"x"}"#, []),
    (#"{"jsonrpc":"2.0","id":7,"method":"x"} trailing"#, []),
    (#"{"jsonrpc":"2.0","id":7,"method":"x""#, []),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\",\"params\":{\"a\":\r1}}", []),
  ])
  func `only ids beyond doubt are answered`(line: String, ids: [String]) throws {
    let error = try #require(throws: MessageError.self) { try Message(parsing: Array(line.utf8)[...]) }
    #expect(error.answerable.map { String(decoding: $0.json, as: UTF8.self) } == ids)
  }

  @Test func `what is nested too deeply is answered too`() throws {
    let value = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
    let line = Array(#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":\#(value)}}"#.utf8)
    let error = try #require(throws: MessageError.self) { try Message(parsing: line[...]) }
    #expect(error.code == .json(.tooDeep) && error.answerable == [RequestID(integer: 7)])
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":7,"result":{"a":1,"a":2}}"#, #"{"jsonrpc":"2.0","id":7,"method":null,"result":{}}"#,
  ])
  func `a refused answer names the request it was for`(line: String) throws {
    let line = Array(line.utf8)
    let error = try #require(throws: MessageError.self) { try Message(parsing: line[...]) }
    #expect(error.answered == RequestID(integer: 7) && error.answerable.isEmpty)
  }

  @Test(
    arguments: [
      ("7.0", 7), ("7.000", 7), ("-7.0", -7), ("7.5", nil), ("7e0", nil), (#""7.0""#, nil), ("-0.0", nil),
    ] as [(String, Int32?)])
  func `an answer under the number that was asked, with a fraction, names its request`(id: String, number: Int32?)
    throws
  {
    let line = Array(#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#.utf8)
    var answered: RequestID?
    do { _ = try Message(parsing: line[...]) } catch { answered = error.answered }
    #expect(answered == number.map { RequestID(integer: $0) })
  }

  @Test(
    arguments: [
      (#"{"jsonrpc":"2.0","id":7,"result":{"a":"caf?"}}"#, 0xe9, 7),
      (#"{"jsonrpc":"2.0","id":7,"result":{"a":"b?"}}"#, 0x09, 7),
      (#"{"jsonrpc":"2.0","result":{"a":"?"},"id":7}"#, 0x1b, 7),
      (#"{"jsonrpc":"2.0","id":"?","result":{}}"#, 0xe9, nil),
      (#"{"jsonrpc":"2.0","id":"?","result":{}}"#, 0x09, nil),
      (#"{"jsonrpc":"2.0","id":7,"i?d":8,"result":{}}"#, 0xff, nil),
      (#"?{"jsonrpc":"2.0","id":7,"result":{}}"#, 0xff, nil),
      (#"{"jsonrpc":"2.0","id":7,"result":{"a":"?"}}"#, 0x0d, nil),
    ] as [(String, UInt8, Int32?)])
  func `an answer whose texts hold what is no text names its request all the same`(
    line: String, byte: UInt8, id: Int32?
  ) throws {
    let line = line.utf8.map { $0 == UInt8(ascii: "?") ? byte : $0 }
    let error = try #require(throws: MessageError.self) { try Message(parsing: line[...]) }
    #expect(error.answered == id.map { RequestID(integer: $0) } && error.answerable.isEmpty)
  }

  @Test(arguments: [
    ("7", #""7""#), (#""7""#, "7"), ("-7", #""-7""#), (#""9007199254740991""#, "9007199254740991"),
    (#""9007199254740992""#, nil), (#""07""#, nil), (#""+7""#, nil), (#""-0""#, nil), (#"" 7""#, nil), (#""a""#, nil),
    (#""""#, nil), (#""\u0037""#, "7"),
  ])
  func `an id is another one in the other type, where it is a number`(text: String, other: String?) throws {
    let document = try JSONDocument(parsing: Array(text.utf8)[...])
    let id = try #require(RequestID(document.root, in: document))
    #expect(id.inOtherType.map { String(decoding: $0.json, as: UTF8.self) } == other)
    #expect(id.inOtherType != id && id.inOtherType?.inOtherType ?? id == id)
  }

  @Test func `params of null are none`() throws {
    let message = try Message(parsing: Array(#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#.utf8)[...])
    #expect(message.params == nil)
    let answer = Array(#"{"jsonrpc":"2.0","id":1,"result":{},"params":null}"#.utf8)
    #expect(throws: MessageError.self) { try Message(parsing: answer[...]) }
  }

  @Test func `ids are equal by type and value, however they are written`() throws {
    func id(_ text: String) throws -> RequestID {
      let document = try JSONDocument(parsing: Array(text.utf8)[...])
      return try #require(RequestID(document.root, in: document))
    }
    #expect(try id("1") == id("1") && id("1") != id("\"1\""))
    #expect(try id(#""a""#) == id(#""\u0061""#))
    #expect(try id(#""\u0061""#).json == Array(#""\u0061""#.utf8))
    #expect(try id("\"caf\u{e9}\"") != id("\"cafe\u{301}\""))
  }

  @Test(arguments: [
    ("Name", true), ("NAME", true), ("name", false), ("name\0", true), ("name\0\0", true), ("nam", false),
    ("names", false), ("name ", false), ("ｎame", false),
  ])
  func `a look-alike is what some reader takes for the name`(key: String, isLookAlike: Bool) {
    #expect(LookAlike.isLookAlike(Array(key.utf8)[...], of: "name") == isLookAlike)
  }
}
