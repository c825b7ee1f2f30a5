/// The members of a JSON object, in their order. Names are compared by their bytes.
public struct JSONObject: Sendable {
  /// A name, decoded, and its value.
  public typealias Member = (name: String, value: JSONValue)

  /// All members, each name once, in the order in which they were first set.
  public private(set) var members: [Member]

  /// An object without members.
  public init() {
    members = []
  }

  /// The last of repeated names counts, in the place of the first.
  public init(_ members: some Sequence<Member>) {
    self.init()
    var places: [[UInt8]: Int] = [:]
    for member in members {
      let place = places[Array(member.name.utf8), default: self.members.count]
      if place < self.members.count {
        self.members[place].value = member.value
      } else {
        places[Array(member.name.utf8)] = place
        self.members.append(member)
      }
    }
  }

  /// Members that are known to have different names.
  init(distinct members: [Member]) {
    self.members = members
  }

  /// Whether there are no members.
  public var isEmpty: Bool { members.isEmpty }
  /// How many members there are.
  public var count: Int { members.count }
  /// The names of all members, in their order.
  public var names: [String] { members.map(\.name) }

  /// The value of a member; nil if there is none. Setting nil removes it.
  public subscript(_ name: String) -> JSONValue? {
    get { index(of: name).map { members[$0].value } }
    set {
      switch (index(of: name), newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
  }

  private func index(of name: String) -> Int? {
    members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
  }
}

extension JSONObject: CustomStringConvertible {
  /// The object as JSON.
  public var description: String { String(decoding: json, as: UTF8.self) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// The last of repeated names counts, in the place of the first.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements.map { (name: $0.0, value: $0.1) })
  }
}

extension JSONObject: Hashable {
  /// The order of members does not count.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    var values: [[UInt8]: JSONValue] = [:]
    for member in right.members { values[Array(member.name.utf8)] = member.value }
    return left.members.allSatisfy { values[Array($0.name.utf8)] == $0.value }
  }

  /// Hashes the number of members alone, since their order does not count.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
  }
}
