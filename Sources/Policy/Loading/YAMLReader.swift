private import CYaml
import Python

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

  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

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
    // SAFETY: the parser is initialized here and deleted here; it reads the bytes only while they are borrowed below.
    var parser = unsafe yaml_parser_t()
    guard unsafe yaml_parser_initialize(&parser) == 1 else { throw failure("out of memory", 0, 0) }
    defer { unsafe yaml_parser_delete(&parser) }
    var failed: PolicyError?
    // libyaml counts a byte order mark as a column, and so takes the first line for an indented one.
    let text = bytes.starts(with: Self.byteOrderMark) ? bytes.dropFirst(Self.byteOrderMark.count) : bytes[...]
    unsafe text.withUnsafeBufferPointer { buffer in
      unsafe yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      unsafe yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      do throws(PolicyError) {
        try unsafe readEvents(&parser, of: bytes)
      } catch {
        failed = error
      }
    }
    if let failed { throw failed }
    return root ?? PolicyValue(content: .null, line: 1, column: 1)
  }

  private mutating func readEvents(_ parser: inout yaml_parser_t, of bytes: [UInt8]) throws(PolicyError) {
    var documents = 0
    while true {
      var event = unsafe yaml_event_t()
      guard unsafe yaml_parser_parse(&parser, &event) == 1 else {
        let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "it can't be read"
        let mark = unsafe parser.problem_mark
        let hint = YAMLHint.text(about: problem, in: bytes, line: Int(mark.line), column: Int(mark.column))
        throw failure("not YAML: \(problem)\(hint.map { "; \($0)" } ?? "")", Int(mark.line), Int(mark.column))
      }
      defer { unsafe yaml_event_delete(&event) }
      let line = Int(unsafe event.start_mark.line)
      let column = Int(unsafe event.start_mark.column)
      switch unsafe event.type {
      case YAML_STREAM_END_EVENT:
        return
      case YAML_DOCUMENT_START_EVENT:
        documents += 1
        guard documents == 1 else { throw failure("expected a single document", line, column) }
      case YAML_SCALAR_EVENT:
        let scalar = unsafe event.data.scalar
        let bytes = unsafe Array(UnsafeBufferPointer(start: scalar.value, count: scalar.length))
        let tag = unsafe text(scalar.tag)
        // The tag `!` makes even a quoted scalar plain.
        let isPlain = unsafe tag == "!" || scalar.plain_implicit == 1 && tag == nil
        if isPlain { try noteSpecial(bytes, line, column) }
        let content = try Self.content(of: bytes, tag: isPlain ? nil : tag ?? Self.textTag) { message in
          failure(message, line, column)
        }
        try add(
          PolicyValue(content: content, line: line + 1, column: column + 1),
          anchor: unsafe text(scalar.anchor))
      case YAML_ALIAS_EVENT:
        let name = unsafe text(event.data.alias.anchor) ?? ""
        guard let value = anchors[name] else {
          throw failure("undefined alias `\(name)`; \(YAMLHint.star)", line, column)
        }
        try add(value, anchor: nil)
      case YAML_SEQUENCE_START_EVENT:
        let start = unsafe event.data.sequence_start
        try begin(isMapping: false, anchor: unsafe text(start.anchor), tag: unsafe text(start.tag), line, column)
      case YAML_MAPPING_START_EVENT:
        let start = unsafe event.data.mapping_start
        try begin(isMapping: true, anchor: unsafe text(start.anchor), tag: unsafe text(start.tag), line, column)
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
        try end()
      default:
        break
      }
    }
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
  }

  // MARK: Values

  /// Two plain scalars are neither texts nor values: `<<` is a key that merges, and `=` has no meaning here.
  private mutating func noteSpecial(_ bytes: [UInt8], _ line: Int, _ column: Int) throws(PolicyError) {
    if bytes.elementsEqual("=".utf8) { throw failure("a plain `=` has no meaning here; quote it", line, column) }
    guard bytes.elementsEqual("<<".utf8) else { return }
    guard let container = open.last, container.isMapping, container.elements.count.isMultiple(of: 2) else {
      throw failure("a plain `<<` is only a key; quote it", line, column)
    }
    open[open.count - 1].mergeKeys.insert(container.elements.count)
  }

  private mutating func add(_ value: PolicyValue, anchor: String?) throws(PolicyError) {
    total += value.size
    guard total <= PolicyLimits.maxValues else {
      throw failure("more than \(PolicyLimits.maxValues) values", value.line - 1, value.column - 1)
    }
    if let anchor {
      guard anchors.updateValue(value, forKey: anchor) == nil else {
        throw failure("the anchor `\(anchor)` stands here twice", value.line - 1, value.column - 1)
      }
    }
    if open.isEmpty {
      root = value
    } else {
      open[open.count - 1].elements.append(value)
    }
  }

  private mutating func begin(
    isMapping: Bool, anchor: String?, tag: String?, _ line: Int, _ column: Int
  ) throws(PolicyError) {
    guard open.count < PolicyLimits.maxDepth else {
      throw failure("nested more than \(PolicyLimits.maxDepth) deep", line, column)
    }
    let expected = isMapping ? "tag:yaml.org,2002:map" : "tag:yaml.org,2002:seq"
    if let tag, tag != "!", tag != expected { throw failure("the tag `\(tag)` is not supported", line, column) }
    open.append(Container(isMapping: isMapping, anchor: anchor, line: line + 1, column: column + 1))
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
        case .list, .mapping: throw failure("a key must be a scalar", key.line - 1, key.column - 1)
        default: own.append(.init(key: key, value: value))
        }
        continue
      }
      // The first of several mappings wins, so they are added in reverse.
      let sources: [PolicyValue] = if case .list(let list) = value.content { list.reversed() } else { [value] }
      for source in sources {
        guard case .mapping(let members) = source.content else {
          throw failure("a merge key takes a mapping or a list of mappings", value.line - 1, value.column - 1)
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

  private func failure(_ message: String, _ line: Int, _ column: Int) -> PolicyError {
    PolicyError(.load, message, fileName: fileName, line: line + 1, column: column + 1)
  }
}
