import Testing
import Wire

/// Values that are the same but for their order, and values that differ in one known place.
@Suite struct JSONDifferenceTests {
  private indirect enum Value {
    case object([(key: String, value: Value)])
    case array([Value])
    case leaf(String)

    static func random(depth: Int) -> Value {
      switch depth == 0 ? 2 : Int.random(in: 0...2) {
      case 0: .object((0..<Int.random(in: 0...4)).map { ("k\($0)", random(depth: depth - 1)) })
      case 1: .array((0..<Int.random(in: 0...4)).map { _ in random(depth: depth - 1) })
      default: .leaf(["1", "1.0", "true", "null", "\"\"", "\"1\"", "\"a\\u0062\"", "-0"].randomElement() ?? "0")
      }
    }

    /// The text, with the members of objects in any order.
    var text: String {
      switch self {
      case .object(let members):
        "{" + members.shuffled().map { "\"\($0.key)\":\($0.value.text)" }.joined(separator: ",") + "}"
      case .array(let elements): "[\(elements.map(\.text).joined(separator: " , "))]"
      case .leaf(let text): text
      }
    }

    /// Replaces, removes or adds something; returns where.
    mutating func change() -> [String] {
      switch self {
      case .object(var members) where !members.isEmpty && Int.random(in: 0...4) > 0:
        let index = members.indices.randomElement() ?? 0
        let key = members[index].key
        let rest = members[index].value.change()
        self = .object(members)
        return [key] + rest
      case .object(var members) where Bool.random() && !members.isEmpty:
        let removed = members.remove(at: members.indices.randomElement() ?? 0)
        self = .object(members)
        return [removed.key]
      case .object(let members):
        self = .object(members + [("new", .leaf("1"))])
        return ["new"]
      case .array(var elements) where !elements.isEmpty && Int.random(in: 0...4) > 0:
        let index = elements.indices.randomElement() ?? 0
        let rest = elements[index].change()
        self = .array(elements)
        return ["\(index)"] + rest
      case .array(let elements):
        self = .array(elements + [.leaf("1")])
        return ["\(elements.count)"]
      case .leaf:
        self = .leaf("\"something else\"")
        return []
      }
    }
  }

  private static func paths(from old: String, to new: String, limit: Int = 9) throws -> [[String]] {
    let documents = try [old, new].map { try JSONDocument(parsing: Array($0.utf8)[...]) }
    return JSONDifference.all(
      from: (documents[0], documents[0].root), to: (documents[1], documents[1].root), limit: limit
    ).map { difference in difference.path.map { String(decoding: $0, as: UTF8.self) } }
  }

  @Test func `a value is the same in any order, and differs where it was changed`() throws {
    for _ in 0..<5000 {
      let old = Value.random(depth: 5)
      #expect(try Self.paths(from: old.text, to: old.text).isEmpty)
      var new = old
      let place = new.change()
      #expect(try Self.paths(from: old.text, to: new.text) == [place], "\(old.text) \(new.text)")
    }
  }

  @Test(arguments: [
    ("1", "1.0", [[]]), (#""a""#, #""\u0061""#, []), ("true", "false", [[]]), ("{}", "[]", [[]]), ("null", "{}", [[]]),
    (#"{"a":[1,{"b":2}],"c":3}"#, #"{"c":4,"a":[1,{"b":3},5],"d":6}"#, [["a", "1", "b"], ["a", "2"], ["c"], ["d"]]),
  ])
  func `differences are told in order`(old: String, new: String, expected: [[String]]) throws {
    #expect(try Self.paths(from: old, to: new) == expected)
    #expect(try Self.paths(from: old, to: new, limit: 1) == Array(expected.prefix(1)))
  }
}
