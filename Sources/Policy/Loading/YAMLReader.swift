import Python
private import YAML

/// Reads a YAML policy as PyYAML's `safe_load` does: one document, YAML 1.1 types, anchors and merge keys.
struct YAMLReader {
  private let fileName: String
  private var anchors: [String: PolicyValue] = [:]
  private var open: [Container] = []
  private var root: PolicyValue?
  private var total = 0
  private var repeatedKeys: [PolicyWarning] = []

  /// A list or mapping whose end has not been read.
  private struct Container {
    var elements: [PolicyValue] = []
    /// Which of the elements are merge keys.
    var mergeKeys: Set<Int> = []
    let isMapping: Bool
    let anchor: String?
    let line: Int
    let column: Int
  }

  private init(fileName: String) {
    self.fileName = fileName
  }

  /// - Returns: the document, and warnings about keys that are repeated within one mapping.
  static func read(
    _ bytes: [UInt8], fileName: String
  ) throws(PolicyError) -> (root: PolicyValue, repeatedKeys: [PolicyWarning]) {
    var reader = YAMLReader(fileName: fileName)
    let root = try reader.read(bytes)
    return (root, reader.repeatedKeys)
  }

  private mutating func read(_ bytes: [UInt8]) throws(PolicyError) -> PolicyValue {
    let fileName = fileName
    var documents = 0
    try YAMLEvents.read(bytes) { problem in
      Self.failure("not YAML: \(problem.message)", problem.line, problem.column, in: fileName)
    } take: { (event) throws(PolicyError) in
      if case .documentStart = event.kind { documents += 1 }
      guard documents < 2 else { throw failure("expected a single document", event.start) }
      try take(event)
    }
    return root ?? PolicyValue(content: .null, line: 1, column: 1)
  }

  private mutating func take(_ event: YAMLEvent) throws(PolicyError) {
    let mark = event.start
    switch event.kind {
    case .documentStart:
      break
    case .scalar(let bytes, _):
      if event.isImplicit { try noteSpecial(bytes, mark) }
      let tag = event.isImplicit ? nil : event.tag ?? Self.textTag
      let content = try Self.content(of: bytes, tag: tag) { failure($0, mark) }
      var value = PolicyValue(content: content, line: mark.line + 1, column: mark.column + 1)
      value.isReread = event.isImplicit && YAMLScalar.isReread(bytes, as: content)
      try add(value, anchor: event.anchor)
    case .alias(let name):
      guard let value = anchors[name] else { throw failure("undefined alias `\(name)`; \(YAMLHint.star)", mark) }
      try add(value, anchor: nil)
    case .listStart:
      try begin(isMapping: false, event)
    case .mappingStart:
      try begin(isMapping: true, event)
    case .end:
      try end()
    }
  }

  // MARK: Values

  /// Two plain scalars are neither texts nor values: `<<` is a key that merges, and `=` has no meaning here.
  private mutating func noteSpecial(_ bytes: [UInt8], _ mark: YAMLEvent.Mark) throws(PolicyError) {
    if bytes.elementsEqual("=".utf8) { throw failure("a plain `=` has no meaning here; quote it", mark) }
    guard bytes.elementsEqual("<<".utf8) else { return }
    guard let container = open.last, container.isMapping, container.elements.count.isMultiple(of: 2) else {
      throw failure("a plain `<<` is only a key; quote it", mark)
    }
    open[open.count - 1].mergeKeys.insert(container.elements.count)
  }

  private mutating func add(_ value: PolicyValue, anchor: String?) throws(PolicyError) {
    total += value.size
    guard total <= PolicyLimits.maxValues else {
      throw failure("more than \(PolicyLimits.maxValues) values", value)
    }
    if let anchor {
      guard anchors.updateValue(value, forKey: anchor) == nil else {
        throw failure("the anchor `\(anchor)` stands here twice", value)
      }
    }
    if open.isEmpty {
      root = value
    } else {
      open[open.count - 1].elements.append(value)
    }
  }

  private mutating func begin(isMapping: Bool, _ event: YAMLEvent) throws(PolicyError) {
    let mark = event.start
    guard open.count < PolicyLimits.maxDepth else {
      throw failure("nested more than \(PolicyLimits.maxDepth) deep", mark)
    }
    let expected = isMapping ? "tag:yaml.org,2002:map" : "tag:yaml.org,2002:seq"
    if let tag = event.tag, tag != "!", tag != expected { throw failure("the tag `\(tag)` is not supported", mark) }
    open.append(
      Container(isMapping: isMapping, anchor: event.anchor, line: mark.line + 1, column: mark.column + 1))
  }

  private mutating func end() throws(PolicyError) {
    guard let container = open.popLast() else { return }
    let content: PolicyValue.Content
    if container.isMapping {
      content = .mapping(try members(of: container))
    } else {
      content = .list(container.elements)
    }
    let inner = container.elements.reduce(0) { $0 + $1.size }
    // The values within were counted when they were added.
    total -= inner
    try add(
      PolicyValue(content: content, line: container.line, column: container.column, size: inner + 1),
      anchor: container.anchor)
  }

  /// Pairs keys with values; a merge key (`<<`) adds what its mappings hold and this one lacks.
  private mutating func members(of container: Container) throws(PolicyError) -> [PolicyValue.Member] {
    var merged: [PolicyValue.Member] = []
    var own: [PolicyValue.Member] = []
    var index = 0
    while index + 1 < container.elements.count {
      let (key, value) = (container.elements[index], container.elements[index + 1])
      index += 2
      guard container.mergeKeys.contains(index - 2) else {
        switch key.content {
        case .list, .mapping: throw failure("a key must be a scalar", key)
        default: own.append(.init(key: key, value: value))
        }
        continue
      }
      // The first of several mappings wins, so they are added in reverse.
      let sources: [PolicyValue] = if case .list(let list) = value.content { list.reversed() } else { [value] }
      for source in sources {
        guard case .mapping(let members) = source.content else {
          throw failure("a merge key takes a mapping or a list of mappings", value)
        }
        merged += members
      }
    }
    var builder = MappingBuilder()
    for member in own { builder.insert(member.key, member.value) }
    repeatedKeys += builder.repeated.map { .repeatedKey($0) }
    guard !merged.isEmpty else { return builder.members }
    noteAmbiguous(merged, own: builder)
    builder = MappingBuilder()
    for member in merged + own { builder.insert(member.key, member.value) }
    return builder.members
  }

  /// If a list of mappings is merged, the first one counts; in PyYAML 6.0.4, the last one.
  private mutating func noteAmbiguous(_ merged: [PolicyValue.Member], own: MappingBuilder) {
    var own = own
    var seen = MappingBuilder()
    for member in merged {
      if let earlier = seen.value(of: member.key), own.value(of: member.key) == nil,
        PythonText.representation(earlier) != PythonText.representation(member.value)
      {
        repeatedKeys.append(
          PolicyWarning(
            at: member.key,
            "`\(PythonText.string(member.key))` stands in two mappings that are merged, and which of them counts differs "
              + "between versions of PyYAML: write it beside the merge key"))
      }
      seen.insert(member.key, member.value)
    }
  }

  private static let textTag = "tag:yaml.org,2002:str"

  /// - Parameter tag: nil for a plain scalar, whose type follows from its text.
  private static func content(
    of bytes: [UInt8], tag: String?, failure: (String) -> PolicyError
  ) throws(PolicyError) -> PolicyValue.Content {
    let text = String(decoding: bytes, as: UTF8.self)
    func resolved() throws(PolicyError) -> PolicyValue.Content {
      do throws(YAMLTimestamp.Impossible) {
        return try YAMLScalar.resolve(text)
      } catch {
        throw failure(error.reason)
      }
    }
    switch tag {
    case nil: return try resolved()
    case textTag: return .string(bytes)
    case "tag:yaml.org,2002:null": return .null
    case "tag:yaml.org,2002:bool":
      if case .boolean(let value) = try resolved() { return .boolean(value) }
    case "tag:yaml.org,2002:int":
      if let digits = YAMLScalar.integer(text) { return .integer(digits) }
    case "tag:yaml.org,2002:float":
      if let number = YAMLScalar.float(text) ?? Double(text) { return .number(number) }
    case let tag?:
      throw failure("the tag `\(tag)` is not supported")
    }
    throw failure("the value does not fit its tag")
  }

  private func failure(_ message: String, _ value: PolicyValue) -> PolicyError {
    Self.failure(message, value.line - 1, value.column - 1, in: fileName)
  }

  private func failure(_ message: String, _ mark: YAMLEvent.Mark) -> PolicyError {
    Self.failure(message, mark.line, mark.column, in: fileName)
  }

  private static func failure(_ message: String, _ line: Int, _ column: Int, in fileName: String) -> PolicyError {
    PolicyError(.load, message, fileName: fileName, line: line + 1, column: column + 1)
  }
}
