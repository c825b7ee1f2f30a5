/// A place at which two JSON values differ. The order of an object's members does not count; numbers are compared as they
/// are written.
public struct JSONDifference: Sendable {
  public typealias Value = (document: JSONDocument, node: JSONDocument.Node)

  /// The keys and indices that lead there from the root of both values.
  public let path: [[UInt8]]

  /// The value in the first document; nil if it has none there.
  public let old: JSONDocument.Node?

  /// The value in the second document; nil if it has none there.
  public let new: JSONDocument.Node?

  /// The path without the key that only the new value has.
  public var pathInOld: [[UInt8]] { old == nil ? path.dropLast() : path }

  /// The first differences, in the order of the old value, then what only the new one has.
  ///
  /// - Parameter limit: the maximum number of differences.
  public static func all(from old: Value, to new: Value, limit: Int) -> [JSONDifference] {
    var comparison = Comparison(old: old.document, new: new.document, limit: limit)
    comparison.compare(old.node, new.node, at: [])
    return comparison.found
  }

  /// Recursion is bounded by the depth that the reader allowed.
  private struct Comparison {
    let old: JSONDocument
    let new: JSONDocument
    let limit: Int
    var found: [JSONDifference] = []

    mutating func compare(_ first: JSONDocument.Node, _ second: JSONDocument.Node, at path: [[UInt8]]) {
      guard found.count < limit else { return }
      switch (old.kind(of: first), new.kind(of: second)) {
      case (.object, .object): compareMembers(of: first, second, at: path)
      case (.array, .array): compareElements(of: first, second, at: path)
      case (.string, .string):
        if !old.text(first).elementsEqual(new.text(second)) { add(path, first, second) }
      case (let one, let other) where one == other:
        if !old.raw(first).elementsEqual(new.raw(second)) { add(path, first, second) }
      default: add(path, first, second)
      }
    }

    private mutating func compareMembers(
      of first: JSONDocument.Node, _ second: JSONDocument.Node, at path: [[UInt8]]
    ) {
      for (key, value) in old.members(of: first) where found.count < limit {
        let name = old.string(key) ?? []
        if let other = new.member(named: name, of: second) {
          compare(value, other, at: path + [name])
        } else {
          add(path + [name], value, nil)
        }
      }
      for (key, value) in new.members(of: second) where found.count < limit {
        let name = new.string(key) ?? []
        if old.member(named: name, of: first) == nil { add(path + [name], nil, value) }
      }
    }

    private mutating func compareElements(
      of first: JSONDocument.Node, _ second: JSONDocument.Node, at path: [[UInt8]]
    ) {
      var others = new.elements(of: second)
      var index = 0
      for element in old.elements(of: first) {
        defer { index += 1 }
        if let other = others.next() {
          compare(element, other, at: path + [Array("\(index)".utf8)])
        } else {
          add(path + [Array("\(index)".utf8)], element, nil)
        }
      }
      while found.count < limit, let element = others.next() {
        add(path + [Array("\(index)".utf8)], nil, element)
        index += 1
      }
    }

    private mutating func add(_ path: [[UInt8]], _ old: JSONDocument.Node?, _ new: JSONDocument.Node?) {
      guard found.count < limit else { return }
      found.append(JSONDifference(path: path, old: old, new: new))
    }
  }
}
