import Testing

@testable import Wire

/// The request that a line too long to keep concerns.
@Suite struct OverlongLineTests {
  private static let long = String(repeating: "x", count: 2000)

  private static func salvaged(_ text: String) -> (requests: [String], response: String?) {
    let error = MessageError(OverlongLine(Array(text.utf8)[...]), limit: 100)
    func json(_ id: RequestID) -> String { String(decoding: id.json, as: UTF8.self) }
    return (error.answerable.map(json), error.answered.map(json))
  }

  @Test(arguments: [
    // As the SDKs of Python, TypeScript, Go and C# write messages.
    (#"{"method":"tools/call","params":{"name":"t","arguments":{"a":"LONG"}},"jsonrpc":"2.0","id":7}"#, "7"),
    (#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"LONG"}}"#, "7"),
    (#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"LONG"},"id":"a-1"}"#, #""a-1""#),
    (#" { "jsonrpc" : "2.0" , "id" : -3 , "method" : "tools/call" , "params" : {"name":"LONG"} } "#, "-3"),
    (#"{"jsonrpc":"2.0","id":"\u0061","method":"m","params":{"name":"LONG"}}"#, #""\u0061""#),
  ])
  func `a request by its id, in front of what makes it long or behind it`(text: String, id: String) {
    let salvaged = Self.salvaged(text.replacing("LONG", with: Self.long))
    #expect(salvaged.requests == [id] && salvaged.response == nil)
  }

  @Test(arguments: [
    (#"{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"LONG"}]}}"#, "7"),
    (#"{"result":{"content":[{"type":"text","text":"LONG"}]},"jsonrpc":"2.0","id":7}"#, "7"),
    (#"{"error":{"code":1,"message":"LONG"} , "id" : "b" }"#, #""b""#),
  ])
  func `an answer by the id of its request`(text: String, id: String) {
    let salvaged = Self.salvaged(text.replacing("LONG", with: Self.long))
    #expect(salvaged.response == id && salvaged.requests.isEmpty)
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"LONG"}}"#,
    // Ids of something within the line.
    #"{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"LONG","id":7}}"#,
    #"{"result":{"text":"LONG","id":7}}"#,
    #"{"result":{"text":"LONG,\"id\":7}"}}"#,
    #"{"result":{"text":"LONG,\"id\":\"7\"}"#,
    // Neither a request nor an answer, or both.
    #"{"jsonrpc":"2.0","id":7,"LONG":1}"#,
    #"{"jsonrpc":"2.0","id":7,"method":"m","result":{"text":"LONG"}}"#,
    // Values that are not ids.
    #"{"jsonrpc":"2.0","id":null,"result":{"text":"LONG"}}"#,
    #"{"result":{"text":"LONG"},"id":1.5}"#,
    #"{"result":{"text":"LONG"},"id":9007199254740993}"#,
    #"{"result":{"text":"LONG"},"id":"a\"b"}"#,
    #"{"result":{"text":"LONG"},"id":}"#,
    #"[{"jsonrpc":"2.0","id":7,"method":"m","params":{"a":"LONG"}}]"#,
    "LONG", "{", #"{"id"#, #"{"id":7"#, "}", #""id":7}"#, #"{"jsonrpc":"LONG"#,
  ])
  func `anything else goes unanswered`(text: String) {
    let salvaged = Self.salvaged(text.replacing("LONG", with: Self.long))
    #expect(salvaged.requests.isEmpty && salvaged.response == nil)
  }

  @Test func `any beginning and any end of a message is looked into without a fault`() {
    let text = Array(#"{"a":"\"\\","jsonrpc":"2.0","id":"x\u00e9y","method":"m","params":{"b":1},"id": -12 }"#.utf8)
    for start in 0...text.count {
      for end in start...text.count { _ = MessageError(OverlongLine(text[start..<end]), limit: 1) }
    }
  }
}
