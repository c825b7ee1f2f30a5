import Python
import Wire

/// What a tool's `inputSchema` says about the types of its arguments (JSON Schema, the part that is about types).
struct ArgumentSchema: Sendable {
  struct Types: OptionSet, Sendable {
    let rawValue: UInt8
    static let null = Types(rawValue: 1 << 0)
    static let boolean = Types(rawValue: 1 << 1)
    static let integer = Types(rawValue: 1 << 2)
    static let number = Types(rawValue: 1 << 3)
    static let string = Types(rawValue: 1 << 4)
    static let array = Types(rawValue: 1 << 5)
    static let object = Types(rawValue: 1 << 6)

    private static let named: [(name: StaticString, types: Types)] = [
      ("null", .null), ("boolean", .boolean), ("integer", .integer), ("number", .number), ("string", .string),
      ("array", .array), ("object", .object),
    ]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Nil for a name that is none of JSON Schema's.
    init?(_ name: JSONDocument.Node, in document: JSONDocument) {
      guard let named = Self.named.first(where: { document.string(name, equals: $0.name) }) else { return nil }
      self = named.types
    }

    func allow(_ node: JSONDocument.Node, in document: JSONDocument) -> Bool {
      switch document.kind(of: node) {
      case .null: contains(.null)
      case .true, .false: contains(.boolean)
      case .integer: contains(.integer) || contains(.number)
      case .number:
        contains(.number) || (contains(.integer) && Self.isWhole(PythonFloat.number(document.raw(node))))
      case .string: contains(.string)
      case .array: contains(.array)
      case .object: contains(.object)
      }
    }

    /// Whether a text may stand for an array or an object that it holds: servers decode one where not only a text is
    /// asked for.
    var mayBeDecoded: Bool { contains(.string) && !isDisjoint(with: [.array, .object]) }

    /// Whether a text is taken as the text that it is.
    var isOfTextOnly: Bool { contains(.string) && !mayBeDecoded }

    private static func isWhole(_ number: Double) -> Bool {
      // Beyond this every finite double is whole.
      number.magnitude < 0x1p53 ? Double(Int64(number)) == number : number.isFinite
    }
  }

  let document: JSONDocument
  let root: JSONDocument.Node

  /// The arguments that it names.
  var argumentNames: [[UInt8]] {
    guard let properties = document.member("properties", of: root) else { return [] }
    return document.members(of: properties).map { Array(document.text($0.key)) }
  }

  /// Whether the tool has an argument at a place; nil where the schema leaves it open or says it in a way that is not
  /// looked into.
  func declares(_ steps: some Sequence<ArgumentPath.Step>) -> Bool? {
    var schema = root
    for step in steps {
      switch step {
      case .member(let name):
        guard let properties = document.member("properties", of: schema) else { return nil }
        guard let next = document.member(named: name, of: properties) else { return isOpen(schema) ? nil : false }
        schema = next
      case .element, .everyElement:
        guard let next = document.member("items", of: schema) else { return nil }
        schema = next
      }
    }
    return true
  }

  /// Whether an object may have members beside its `properties` that mean something to the tool.
  private func isOpen(_ schema: JSONDocument.Node) -> Bool {
    // Left out it permits any, and most schemas leave it out: what a tool knows nothing of it passes over.
    if let more = document.member("additionalProperties", of: schema), document.kind(of: more) != .false { return true }
    let others: [StaticString] = [
      "patternProperties", "unevaluatedProperties", "$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas",
    ]
    return others.contains { document.member($0, of: schema) != nil }
  }

  /// What the tool takes for an argument that is left out; nil where the schema does not say it, as with null.
  func defaultValue(at steps: some Sequence<ArgumentPath.Step>) -> JSONDocument.Node? {
    var schema = root
    for step in steps {
      guard case .member(let name) = step, let properties = document.member("properties", of: schema),
        let next = document.member(named: name, of: properties)
      else { return nil }
      schema = next
    }
    return document.member("default", of: schema).flatMap { document.kind(of: $0) == .null ? nil : $0 }
  }

  /// Whether an argument may be left out, so that the tool takes what it likes.
  func mayLack(_ name: [UInt8]) -> Bool {
    let required = document.member("required", of: root).map { Array(document.elements(of: $0)) } ?? []
    return declares(CollectionOfOne(.member(name))) == true
      && defaultValue(at: CollectionOfOne(.member(name))) == nil
      && !required.contains { document.string($0, equals: name.span) }
  }

  /// The types that the value at a place may have; nil where the schema leaves it open or says it in a way that
  /// is not looked into (references, combinations other than `anyOf` and `oneOf`).
  func types(at steps: some Sequence<ArgumentPath.Step>) -> Types? {
    var schema = root
    for step in steps {
      let next: JSONDocument.Node?
      switch step {
      case .member(let name):
        next = document.member("properties", of: schema).flatMap { document.member(named: name, of: $0) }
      case .element, .everyElement:
        next = document.member("items", of: schema)
      }
      guard let next, document.kind(of: next) == .object else { return nil }
      schema = next
    }
    return types(of: schema)
  }

  private func types(of schema: JSONDocument.Node, depth: Int = 0) -> Types? {
    guard depth < 4 else { return nil }
    if let type = document.member("type", of: schema) {
      if document.kind(of: type) == .string { return Types(type, in: document) }
      return union(of: type) { Types($0, in: document) }
    }
    guard let options = document.member("anyOf", of: schema) ?? document.member("oneOf", of: schema) else { return nil }
    return union(of: options) { types(of: $0, depth: depth + 1) }
  }

  /// Nil where one of the elements, or all of it, can't be told.
  private func union(of list: JSONDocument.Node, _ types: (JSONDocument.Node) -> Types?) -> Types? {
    guard document.kind(of: list) == .array, document.count(of: list) > 0 else { return nil }
    var result: Types = []
    for element in document.elements(of: list) {
      guard let types = types(element) else { return nil }
      result.formUnion(types)
    }
    return result
  }
}
