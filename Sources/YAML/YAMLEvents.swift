private import CYaml

/// Parses YAML 1.1 with libyaml, which PyYAML and other readers use too.
package enum YAMLEvents {
  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// The offset that the marks of events count from: after a byte order mark, which libyaml would count as a column, so
  /// that the first line would seem indented.
  package static func start(of bytes: [UInt8]) -> Int { bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0 }

  /// Passes the events to `take`, in order, until `take` throws.
  ///
  /// - Parameter failure: makes the error for a text that is not YAML.
  package static func read<Failure: Error>(
    _ bytes: [UInt8], failure: (YAMLProblem) -> Failure, take: (YAMLEvent) throws(Failure) -> Void
  ) throws(Failure) {
    // SAFETY: the parser is initialized here and deleted here; it reads the bytes only while they are borrowed below.
    var parser = unsafe yaml_parser_t()
    guard unsafe yaml_parser_initialize(&parser) == 1 else {
      throw failure(YAMLProblem(message: "out of memory", line: 0, column: 0))
    }
    defer { unsafe yaml_parser_delete(&parser) }
    var failed: Failure?
    let text = bytes[start(of: bytes)...]
    unsafe text.withUnsafeBufferPointer { buffer in
      unsafe yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      unsafe yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      do throws(Failure) {
        while let event = try unsafe next(of: &parser, in: text, failure) { try take(event) }
      } catch {
        failed = error
      }
    }
    if let failed { throw failed }
  }

  /// The next event; nil at the end of the stream.
  private static func next<Failure: Error>(
    of parser: inout yaml_parser_t, in text: ArraySlice<UInt8>, _ failure: (YAMLProblem) -> Failure
  ) throws(Failure) -> YAMLEvent? {
    while true {
      var event = unsafe yaml_event_t()
      guard unsafe yaml_parser_parse(&parser, &event) == 1 else {
        let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "it can't be read"
        let place = unsafe mark(parser.problem_mark)
        let hint = YAMLHint.text(about: problem, in: text, line: place.line, column: place.column)
        let message = problem + (hint.map { "; \($0)" } ?? "")
        throw failure(YAMLProblem(message: message, line: place.line, column: place.column))
      }
      defer { unsafe yaml_event_delete(&event) }
      guard unsafe event.type != YAML_STREAM_END_EVENT else { return nil }
      if let event = unsafe translated(event) { return event }
    }
  }

  /// A libyaml event as a ``YAMLEvent``; nil for events that carry no information.
  private static func translated(_ event: yaml_event_t) -> YAMLEvent? {
    let kind: YAMLEvent.Kind
    var anchor: String?
    var tag: String?
    var isImplicit = false
    switch unsafe event.type {
    case YAML_DOCUMENT_START_EVENT:
      kind = .documentStart
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      kind = unsafe .scalar(
        Array(UnsafeBufferPointer(start: scalar.value, count: scalar.length)), style(scalar.style))
      (anchor, tag) = unsafe (text(scalar.anchor), text(scalar.tag))
      isImplicit = unsafe tag == "!" || scalar.plain_implicit == 1 && tag == nil
    case YAML_ALIAS_EVENT:
      kind = unsafe .alias(text(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      kind = unsafe .listStart(isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE)
      (anchor, tag) = unsafe (text(start.anchor), text(start.tag))
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      kind = unsafe .mappingStart(isFlow: start.style == YAML_FLOW_MAPPING_STYLE)
      (anchor, tag) = unsafe (text(start.anchor), text(start.tag))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      kind = .end
    default:
      return nil
    }
    return unsafe YAMLEvent(
      kind: kind, start: mark(event.start_mark), end: mark(event.end_mark), anchor: anchor, tag: tag,
      isImplicit: isImplicit)
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLEvent.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
    case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
    default: .plain
    }
  }

  private static func mark(_ mark: yaml_mark_t) -> YAMLEvent.Mark {
    YAMLEvent.Mark(index: Int(mark.index), line: Int(mark.line), column: Int(mark.column))
  }

  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
  }
}
