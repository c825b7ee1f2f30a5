import Python

/// Collects the members of a mapping: a repeated key keeps its first place and takes its last value, as in Python.
struct MappingBuilder {
  private(set) var members: [PolicyValue.Member] = []
  private(set) var size = 0
  /// The keys that occurred again.
  private(set) var repeated: [PolicyValue] = []
  /// Built when there are too many members to search one by one.
  private var places: [[UInt8]: Int] = [:]

  private static let maxScannedMembers = 16

  mutating func insert(_ key: PolicyValue, _ value: PolicyValue) {
    size += key.size + value.size
    if let place = place(of: key) {
      members[place].value = value
      repeated.append(key)
    } else {
      if !places.isEmpty { places[Self.identity(key)] = members.count }
      members.append(.init(key: key, value: value))
    }
  }

  /// The value of a key; nil if absent.
  mutating func value(of key: PolicyValue) -> PolicyValue? {
    place(of: key).map { members[$0].value }
  }

  private mutating func place(of key: PolicyValue) -> Int? {
    if members.count < Self.maxScannedMembers {
      return members.firstIndex { Self.areEqual($0.key, key) }
    }
    if places.isEmpty {
      for (place, member) in members.enumerated() { places[Self.identity(member.key)] = place }
    }
    return places[Self.identity(key)]
  }

  private static func areEqual(_ first: PolicyValue, _ second: PolicyValue) -> Bool {
    if case .string(let first) = first.content, case .string(let second) = second.content { return first == second }
    return identity(first) == identity(second)
  }

  /// Distinct for keys that Python considers different.
  private static func identity(_ key: PolicyValue) -> [UInt8] {
    switch key.content {
    case .string(let bytes): return [UInt8(ascii: "\"")] + bytes
    // `True`, `1` and `1.0` are one key.
    case .boolean(let value): return [UInt8(ascii: value ? "1" : "0")]
    case .number(let value):
      if let integer = Int64(exactly: value) { return Array(String(integer).utf8) }
    default: break
    }
    return Array(PythonText.representation(key).utf8)
  }
}
