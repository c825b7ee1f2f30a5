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

    /// Nil for a name that is not a JSON Schema type.
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

    /// The same for a text. Models often write a number as one; in digits alone it is that number to whoever takes it.
    ///
    /// - Parameter byValue: whether nothing but the value of a number counts, and not how it is written.
    func allow(text: ArraySlice<UInt8>, byValue: Bool) -> Bool {
      if contains(.string) { return true }
      guard !isDisjoint(with: [.integer, .number]) else { return false }
      let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
      let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard digits.count <= Self.exactDigits, parts[0].count == 1 || digits.first != UInt8(ascii: "0"),
        parts.count == 1 || parts.count == 2 && byValue && contains(.number)
      else { return false }
      return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
    }

    /// A double holds every whole number of so many digits.
    private static let exactDigits = 15

    /// Whether a string may stand for an array or object written in it: servers decode one if the schema asks for more
    /// than a string.
    var mayBeDecoded: Bool { contains(.string) && !isDisjoint(with: [.array, .object]) }

    /// Whether a string is taken literally.
    var isOfTextOnly: Bool { contains(.string) && !mayBeDecoded }

    private static func isWhole(_ number: Double) -> Bool {
      // Every finite double this large is whole.
      number.magnitude < 0x1p53 ? Double(Int64(number)) == number : number.isFinite
    }
  }

  let document: JSONDocument
  let root: JSONDocument.Node

  /// The arguments that the schema names.
  var argumentNames: [[UInt8]] {
    guard let properties = document.member("properties", of: root) else { return [] }
    return document.members(of: properties).map { Array(document.text($0.key)) }
  }

  /// Whether the tool has an argument at this place; nil if the schema leaves that open or says it in a form that is
  /// not examined.
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

  /// Whether an object may have members beyond its `properties` that mean something to the tool.
  private func isOpen(_ schema: JSONDocument.Node) -> Bool {
    // Most schemas leave it out, which permits any member; but a tool ignores members that it does not know.
    if let more = document.member("additionalProperties", of: schema), document.kind(of: more) != .false { return true }
    let others: [StaticString] = [
      "patternProperties", "unevaluatedProperties", "$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas",
    ]
    return others.contains { document.member($0, of: schema) != nil }
  }

  /// The values that the tool may assume at a place that a call leaves out: the defaults of the place itself, and what
  /// those of anything around it hold there. Null is none.
  ///
  /// - Parameter missing: the number of steps that lead to the first thing on the path that the call leaves out.
  func defaults(at path: ArgumentPath, missing: Int) -> [JSONDocument.Node] {
    var values: [JSONDocument.Node] = []
    var seen: [Set<JSONDocument.Node>] = Array(repeating: [], count: path.steps.count + 1)
    func visit(_ schema: JSONDocument.Node, after count: Int) {
      // References may lead round in a circle.
      guard seen[count].count < Self.maxAlternatives, seen[count].insert(schema).inserted else { return }
      if count >= missing, let value = document.member("default", of: schema) {
        path.forEachFinding(from: count, at: value, in: document) { finding in
          if case .value(let value, _) = finding, document.kind(of: value) != .null { values.append(value) }
        }
      }
      if let target = document.member("$ref", of: schema).flatMap(target(of:)) { visit(target, after: count) }
      for key in ["allOf", "anyOf", "oneOf"] as [StaticString] {
        guard let alternatives = document.member(key, of: schema) else { continue }
        for schema in document.elements(of: alternatives) { visit(schema, after: count) }
      }
      guard count < path.steps.count else { return }
      switch path.steps[count] {
      case .member(let name):
        let next = document.member("properties", of: schema).flatMap { document.member(named: name, of: $0) }
        if let next { visit(next, after: count + 1) }
      case .element, .everyElement:
        // What the elements of a list are by default matters only where there are elements.
        if count + 1 < missing, let next = document.member("items", of: schema) { visit(next, after: count + 1) }
      }
    }
    visit(root, after: 0)
    return values
  }

  private static let maxAlternatives = 256

  /// What a reference within the schema leads to: `#/$defs/Options`.
  private func target(of reference: JSONDocument.Node) -> JSONDocument.Node? {
    let parts = document.text(reference).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.first?.elementsEqual("#".utf8) == true else { return nil }
    var node: JSONDocument.Node? = root
    for part in parts.dropFirst() { node = node.flatMap { document.member(named: Array(part), of: $0) } }
    return node
  }

  /// Whether an argument may be omitted, so that the tool picks the value itself.
  func mayLack(_ name: [UInt8]) -> Bool {
    let required = document.member("required", of: root).map { Array(document.elements(of: $0)) } ?? []
    return declares(CollectionOfOne(.member(name))) == true
      && defaults(at: ArgumentPath([.member(name)]), missing: 1).isEmpty
      && !required.contains { document.string($0, equals: name.span) }
  }

  /// The types that the value at a place may have; nil if the schema leaves that open or says it in a form that is not
  /// examined (references, combinations other than `anyOf` and `oneOf`).
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

  /// Nil if the types of an element, or of the whole list, are unknown.
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
