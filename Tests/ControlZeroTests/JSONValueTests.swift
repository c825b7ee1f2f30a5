import ControlZero
import Foundation
import Testing

/// Values that go to tools and come from them.
@Suite struct JSONValueTests {
  @Test(arguments: [
    "null", "true", "-0.5", "1", "1.0", "1e+300", "9223372036854775807", "\"caf\u{e9}\"", #"{"b":1,"a":[{},[]]}"#,
    #""\u0000\n\"\\""#,
  ])
  func `a text comes back as it was`(text: String) throws {
    #expect(try JSONValue(parsing: text).description == text)
  }

  @Test(arguments: [#"{"a":1,"a":2}"#, #""\ud800""#, "[1,]", "", "nul", "1 2", "{\"a\":NaN}"])
  func `what readers could understand differently is none`(text: String) {
    #expect(throws: JSONTextError.self) { try JSONValue(parsing: text) }
  }

  @Test func `whole numbers and others are told apart, and names by their bytes`() throws {
    #expect(try JSONValue(parsing: "1") == 1)
    #expect(try JSONValue(parsing: "1.0") != 1)
    let object: JSONObject = ["caf\u{e9}": 1, "cafe\u{301}": 2]
    #expect(object.count == 2 && object["caf\u{e9}"] == 1 && object["cafe\u{301}"] == 2)
    #expect(JSONValue.string("caf\u{e9}") != .string("cafe\u{301}"))
    #expect(["a": 1, "b": 2] as JSONObject == ["b": 2, "a": 1])
    #expect(JSONValue.number(.nan).description == "null")
  }

  @Test func `types of the program's own go in and come out`() throws {
    struct Order: Codable, Equatable {
      var id: UInt32
      var total: Double
      var tags: [String]?
      var note: JSONValue
    }
    let order = Order(id: .max, total: 0.1, tags: nil, note: ["deep": [1, 2.5, nil, true]])
    let object = try JSONObject(encoding: order)
    #expect(try JSONValue.object(object).decode(as: Order.self).note == order.note)
    #expect(throws: JSONTextError.self) { try JSONObject(encoding: [1, 2]) }
    #expect(throws: DecodingError.self) { try JSONValue(parsing: #"{"id":-1}"#).decode(as: Order.self) }
  }
}
