package import Wire

extension JSONDocument {
  /// The members of an object as a Python `dict` holds them: a repeated key keeps its first position and gets its last
  /// value.
  package func uniqueMembers(of object: Node) -> [(key: Node, value: Node)] {
    guard mayRepeatKeys, count(of: object) > 1 else { return Array(self.members(of: object)) }
    var members: [(key: Node, value: Node)] = []
    var places: [ArraySlice<UInt8>: Int] = [:]
    for (key, value) in self.members(of: object) {
      let place = places.updateValue(members.count, forKey: text(key))
      if let place {
        members[place].value = value
        places[text(key)] = place
      } else {
        members.append((key, value))
      }
    }
    return members
  }
}
