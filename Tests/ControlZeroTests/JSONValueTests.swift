import ControlZero
import Foundation
import Testing

/// Values that go to tools and come from them.
@Suite struct JSONValueTests {
  @Test(arguments: [
    "null", "true", "-0.5", "1", "1.0", "1e+300", "9223372036854775807", "\"caf\u{e9}\"", #"{"b":1,"a":[{},[]]}"#,
    #""\u0000\n\"\\""#, "9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "12345678901234567890123456789012345678901234567890", "0.12345678901234567890", "-1e-400",
    "1E-99999999999999999999",
    "9007199254740993.0", #"{"id":123456789012345678901,"more":[3.14159265358979323846]}"#, "5e-324",
    "1.7976931348623157e+308", "0.1", "123456789012345.5",
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
    #expect("\(["b": [1], "a": nil] as JSONObject)" == #"{"b":[1],"a":null}"#)
    #expect(["a": 1, "b": 2] as JSONObject == ["b": 2, "a": 1])
    #expect(JSONValue.number(.nan).description == "null")
  }

  @Test func `a number is kept by its text where no other way keeps its digits`() throws {
    func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }
    for text in ["1e300", "1.50", "1E5", "0.00000000000000000000000000000", "-0.0", "100000000000000000000.0e-5"] {
      #expect(try value(text) == .number(Double(text) ?? .nan), "\(text)")
    }
    let large = try value("18446744073709551616")
    guard case .exact(let number) = large else {
      Issue.record("\(large)")
      return
    }
    #expect(number.nearest == 0x1p64 && large.number == 0x1p64 && large.integer == nil)
    // The same number written differently, and its neighbors, which would all be the same double.
    #expect(
      try large == value("18446744073709551616.0") && large.hashValue == value("1844674407370955161.6e1").hashValue)
    #expect(try Set(["5", "6", "7"].map { try value("1844674407370955161" + $0) }).count == 3)
    #expect(try value("9223372036854775807") == .integer(.max))
  }

  @Test func `types of the program's own keep all digits of numbers`() throws {
    struct Account: Codable, Equatable {
      var id: UInt64
      var token: JSONValue
      var more: [String: [JSONValue]]
    }
    let long = String(repeating: "1234567890", count: 6)
    let text = #"{"id":18446744073709551615,"token":\#(long),"more":{"a":[1,18446744073709551616]}}"#
    let account = try JSONValue(parsing: text).decode(as: Account.self)
    #expect(account.id == .max)
    #expect(account.token.description == long)
    #expect(account.more["a"]?[1].description == "18446744073709551616")
    // No encoder takes so many digits, but fewer go through.
    #expect(throws: EncodingError.self) { try JSONValue(encoding: account) }
    let small = Account(id: .max, token: try JSONValue(parsing: "0.12345678901234567890123"), more: [:])
    #expect(try JSONValue(encoding: small)["id"]?.description == "18446744073709551615")
    #expect(try JSONValue(encoding: small).decode(as: Account.self) == small)
    // A decoder of the program's own.
    func foreign(_ text: String) throws -> JSONValue {
      try JSONDecoder().decode([JSONValue].self, from: Data("[\(text)]".utf8))[0]
    }
    for text in ["18446744073709551615", "-9223372036854775809", "0.1234567890123456789", "1e-200", "0.1", "7"] {
      #expect(try foreign(text) == JSONValue(parsing: text), "\(text)")
    }
    #expect(throws: DecodingError.self) { try foreign("123456789012345678901234567890123456789012345678901") }
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

  @Test func `of a repeated name the last value counts in the place of the first, and order does not`() {
    let object: JSONObject = ["a": 1, "b": 2, "a": 3, "\u{e9}": 4, "e\u{301}": 5]
    #expect(object.names.map { Array($0.utf8) } == ["a", "b", "\u{e9}", "e\u{301}"].map { Array($0.utf8) })
    #expect(object["a"] == 3)
    #expect(object["\u{e9}"] == 4)
    #expect(object["e\u{301}"] == 5)
    #expect(object == (["e\u{301}": 5, "\u{e9}": 4, "b": 2, "a": 3] as JSONObject))
    #expect(object != (["e\u{301}": 4, "\u{e9}": 5, "b": 2, "a": 3] as JSONObject))
    #expect(object != (["a": 3, "b": 2, "\u{e9}": 4] as JSONObject))
  }

  @Test func `an object of many members is made and compared in a walk over them`() {
    let members = (0..<200_000).map { (name: "member \($0)", value: JSONValue.null) }
    #expect(JSONObject(members) == JSONObject(members.reversed()))
  }
}
