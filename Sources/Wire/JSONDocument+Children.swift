extension JSONDocument {
  /// The members of an object in document order; none for any other kind.
  public func members(of node: Node) -> Members {
    Members(tape: tape, object: node.index)
  }

  /// The elements of an array in order; none for any other kind.
  public func elements(of node: Node) -> Elements {
    Elements(tape: tape, array: node.index)
  }

  /// The value of the member whose unescaped key is `name`; the last one if the options permit several.
  public func member(_ name: StaticString, of node: Node) -> Node? {
    var found: Node?
    for (key, value) in members(of: node) where string(key, equals: name) { found = value }
    return found
  }

  /// The value of the member whose unescaped key is `name`; the last one if the options permit several.
  public func member(named name: [UInt8], of node: Node) -> Node? {
    var found: Node?
    for (key, value) in members(of: node) where string(key, equals: name.span) { found = value }
    return found
  }

  /// The values of the member whose unescaped key is `name`, and of members whose key some reader takes for `name`
  /// (``LookAlike``).
  public func values(takenFor name: StaticString, of node: Node) -> [Node] {
    var values: [Node] = []
    for (key, value) in members(of: node)
    where string(key, equals: name) || LookAlike.isLookAlike(text(key), of: name) { values.append(value) }
    return values
  }

  public struct Members: Sequence, IteratorProtocol {
    let tape: JSONTape
    private var position: Int
    private let end: Int

    init(tape: JSONTape, object: Int) {
      self.tape = tape
      self.position = object + 1
      self.end = tape.tag(object) == .object ? object + tape.extent(object) : object
    }

    public mutating func next() -> (key: Node, value: Node)? {
      guard position < end else { return nil }
      let key = position
      position = tape.next(after: key + 1)
      return (Node(index: key), Node(index: key + 1))
    }
  }

  public struct Elements: Sequence, IteratorProtocol {
    let tape: JSONTape
    private var position: Int
    private let end: Int

    init(tape: JSONTape, array: Int) {
      self.tape = tape
      self.position = array + 1
      self.end = tape.tag(array) == .array ? array + tape.extent(array) : array
    }

    public mutating func next() -> Node? {
      guard position < end else { return nil }
      let element = position
      position = tape.next(after: element)
      return Node(index: element)
    }
  }
}
