import Wire
import YAML

/// A value in a YAML text, and its place.
struct YAMLNode {
  enum Content {
    case scalar([UInt8], YAMLEvent.Style)
    case alias
    case list([YAMLNode])
    case mapping([(key: YAMLNode, value: YAMLNode)])
  }

  let content: Content
  /// The range in bytes, including an anchor or a tag; in block style, up to the end of the last value.
  let range: Range<Int>
  /// Whether the value has an anchor, so that an edit would also change other places, or a tag, which changes its meaning.
  let isMarked: Bool
  /// Whether the value is written in brackets or braces; false for scalars.
  let isFlow: Bool

  /// The content of a string; nil for any other value, also for null.
  var text: String? {
    guard case .scalar(let bytes, let style) = content, !isMarked else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    return style == .plain && ["", "~", "null", "Null", "NULL"].contains(text) ? nil : text
  }

  var isNull: Bool {
    guard case .scalar = content else { return false }
    return !isMarked && text == nil
  }
}

// MARK: - Reading

/// Builds the tree of a YAML text.
struct YAMLTreeReader {
  private let bytes: [UInt8]
  private let lines: LineIndex
  private var open: [Open] = []
  private var root: YAMLNode?
  private var count = 0
  /// One position: in characters after a byte order mark, and in bytes.
  private var place: (index: Int, offset: Int)

  /// A list or a mapping whose end has not been read.
  private struct Open {
    let isMapping: Bool
    let isFlow: Bool
    let isMarked: Bool
    let start: Int
    var children: [YAMLNode] = []
  }

  private static let maxDepth = 128
  private static let maxValues = 1 << 20

  private init(_ bytes: [UInt8], _ lines: LineIndex) {
    self.bytes = bytes
    self.lines = lines
    place = (0, YAMLEvents.start(of: bytes))
  }

  /// Reads a text; nil if it has no value.
  static func read(_ bytes: [UInt8], _ lines: LineIndex) throws(HostConfigError) -> YAMLNode? {
    var reader = YAMLTreeReader(bytes, lines)
    try reader.refuseDisputedLineEnds()
    var documents = 0
    try YAMLEvents.read(bytes) { problem in
      HostConfigError(
        "it can't be read as YAML: \(problem.message)",
        at: TextPlace(line: problem.line + 1, column: problem.column + 1))
    } take: { (event) throws(HostConfigError) in
      if case .documentStart = event.kind { documents += 1 }
      guard documents < 2 else { throw reader.failure("it holds more than one document", at: event) }
      try reader.take(event)
    }
    return reader.root
  }

  /// Refuses bytes that end a line only for some readers: in a comment, the others would skip what follows.
  private func refuseDisputedLineEnds() throws(HostConfigError) {
    for (offset, byte) in bytes.enumerated() {
      let isDisputed =
        switch byte {
        case 0x0d: offset + 1 == bytes.count || bytes[offset + 1] != 0x0a
        case 0xc2: bytes[offset...].starts(with: [0xc2, 0x85])
        case 0xe2: [0xa8, 0xa9].contains { bytes[offset...].starts(with: [0xe2, 0x80, $0]) }
        default: false
        }
      guard !isDisputed else {
        let place = TextPlace(of: offset, in: lines)
        throw HostConfigError("readers of YAML differ in whether a line ends here", at: place)
      }
    }
  }

  private mutating func failure(_ message: String, at event: YAMLEvent) -> HostConfigError {
    HostConfigError(message, at: TextPlace(of: offset(of: event.start), in: lines))
  }

  private mutating func take(_ event: YAMLEvent) throws(HostConfigError) {
    switch event.kind {
    case .documentStart:
      break
    case .scalar(let bytes, let style):
      try add(.scalar(bytes, style), from: event)
    case .alias:
      try add(.alias, from: event)
    case .listStart(let isFlow):
      try begin(isMapping: false, isFlow, event)
    case .mappingStart(let isFlow):
      try begin(isMapping: true, isFlow, event)
    case .end:
      guard let done = open.popLast() else { return }
      let end = done.isFlow ? offset(of: event.end) : done.children.last?.range.upperBound ?? done.start
      let content: YAMLNode.Content =
        done.isMapping
        ? .mapping(
          stride(from: 0, to: done.children.count - 1, by: 2).map { (done.children[$0], done.children[$0 + 1]) })
        : .list(done.children)
      add(
        YAMLNode(
          content: content, range: done.start..<max(end, done.start), isMarked: done.isMarked, isFlow: done.isFlow))
    }
  }

  private mutating func begin(isMapping: Bool, _ isFlow: Bool, _ event: YAMLEvent) throws(HostConfigError) {
    guard open.count < Self.maxDepth else { throw failure("it is nested too deeply", at: event) }
    try countOne(event)
    let start = offset(of: event.start)
    open.append(Open(isMapping: isMapping, isFlow: isFlow, isMarked: isMarked(event, at: start), start: start))
  }

  private mutating func add(_ content: YAMLNode.Content, from event: YAMLEvent) throws(HostConfigError) {
    try countOne(event)
    let start = offset(of: event.start)
    add(
      YAMLNode(
        content: content, range: start..<max(offset(of: event.end), start), isMarked: isMarked(event, at: start),
        isFlow: false))
  }

  private mutating func add(_ node: YAMLNode) {
    if open.isEmpty { root = node } else { open[open.count - 1].children.append(node) }
  }

  private mutating func countOne(_ event: YAMLEvent) throws(HostConfigError) {
    count += 1
    guard count <= Self.maxValues else { throw failure("it holds more than \(Self.maxValues) values", at: event) }
  }

  /// Also looks for the tag `!`, which libyaml does not report.
  private func isMarked(_ event: YAMLEvent, at start: Int) -> Bool {
    event.anchor != nil || event.tag != nil || start < bytes.count && bytes[start] == UInt8(ascii: "!")
  }

  /// The offset of a mark in bytes. Marks come nearly in order, so the search starts at the previous one.
  private mutating func offset(of mark: YAMLEvent.Mark) -> Int {
    func isWithinCharacter(_ offset: Int) -> Bool { offset < bytes.count && bytes[offset] & 0xc0 == 0x80 }
    while place.index < mark.index, place.offset < bytes.count {
      repeat { place.offset += 1 } while isWithinCharacter(place.offset)
      place.index += 1
    }
    while place.index > mark.index, place.offset > 0 {
      repeat { place.offset -= 1 } while isWithinCharacter(place.offset)
      place.index -= 1
    }
    return place.offset
  }
}
