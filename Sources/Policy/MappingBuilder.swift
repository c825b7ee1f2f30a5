/// Collects the members of a mapping: a repeated key keeps its first place and takes its last value, as in Python.
struct MappingBuilder {
  private(set) var members: [PolicyValue.Member] = []
  private(set) var size = 0
  private(set) var repeated: [PolicyValue] = []
  private var places: [[UInt8]: Int] = [:]

  mutating func insert(_ key: PolicyValue, _ value: PolicyValue) {
    size += key.size + value.size
    let identity = Array(PythonText.representation(key).utf8)
    if let place = places[identity] {
      members[place].value = value
      repeated.append(key)
    } else {
      places[identity] = members.count
      members.append(.init(key: key, value: value))
    }
  }
}
