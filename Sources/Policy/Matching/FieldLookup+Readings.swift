import Python
import Wire

/// The verdicts on what is found, over all ways in which servers read it.
extension FieldLookup {
  /// The JSON in a string that some servers decode.
  enum Decoded {
    case nothing
    /// An array or an object.
    case container(JSONDocument)
    /// JSON beyond our limits, which servers do not share.
    case tooLarge
  }

  /// The verdict on what was found under a key.
  mutating func verdict(of test: ValueTest, on found: Found, isDenying: Bool) -> Verdict {
    guard let argument = found.argument else {
      return test.verdict(on: found.value, files: call.files, isDenying: isDenying)
    }
    return verdict(of: test, on: found.value, of: argument, isDenying: isDenying)
  }

  /// The verdict on a top-level argument.
  private mutating func verdict(
    of test: ValueTest, on value: FieldValue?, of argument: [UInt8], isDenying: Bool
  ) -> Verdict {
    guard case .text(let text)? = value, Self.looksDecodable(text), mayBeDecoded(test, at: [.member(argument)]) else {
      return verdict(of: test, on: value, at: [.member(argument)], isDenying: isDenying)
    }
    let inner = container(in: text, at: [.member(argument)])
    return verdict(of: test, on: value, decoded: inner, isDenying: isDenying)
  }

  /// The verdict on an absent value. A rule that denies also considers the defaults that the tool's schema names.
  ///
  /// - Parameter missing: the number of steps that lead to the first thing on the path that is absent or null.
  mutating func verdictOnNothing(
    _ test: ValueTest, at path: ArgumentPath, missing: Int, _ isDenying: Bool
  ) -> Verdict {
    var result = test.verdict(on: nil, files: call.files, isDenying: isDenying)
    guard isDenying, call.isTypeStrict, !test.isOfPresence, let schema = call.schema else { return result }
    for node in schema.defaults(at: path, missing: missing) {
      guard let value = FieldValue(node, in: schema.document) else { continue }
      result = result.combined(with: verdict(of: test, asItStands: value, isDenying: true), isDenying: true)
    }
    return result
  }

  // MARK: Places

  /// The verdict on everything at a place within the arguments.
  mutating func verdict(
    of test: ValueTest, at path: ArgumentPath, from start: Int, _ node: JSONDocument.Node, _ document: JSONDocument,
    isDenying: Bool
  ) -> Verdict {
    var result: Verdict?
    func add(_ next: Verdict) { result = result?.combined(with: next, isDenying: isDenying) ?? next }
    path.forEachFinding(from: start, at: node, in: document) { finding in
      switch finding {
      case .value(let node, let document) where document.kind(of: node) == .null:
        add(verdictOnNothing(test, at: path, missing: path.steps.count, isDenying))
      case .value(let node, let document):
        let verdict = verdict(of: test, on: FieldValue(node, in: document), at: path.steps, isDenying: isDenying)
        guard call.isTypeStrict, declares(path.steps) == false else { return add(verdict) }
        let absent = test.verdict(on: nil, files: call.files, isDenying: isDenying)
        add(verdict.combined(with: absent, isDenying: isDenying, doubt: .undeclared))
      case .lookAlike:
        add(call.isTypeStrict ? .undecided(.lookAlike) : .fails)
      case .otherStyle(let key, let steps):
        if call.isTypeStrict, asks(for: path.steps[..<steps], butNotFor: key) { add(.undecided(.lookAlike)) }
      case .nothing(let missing):
        add(verdictOnNothing(test, at: path, missing: missing, isDenying))
      case .end(let node, let document, let steps):
        add(verdict(of: test, beyond: node, document, at: path, steps: steps, isDenying: isDenying))
      }
    }
    return result ?? .fails
  }

  /// The verdict if the path continues inside a value that has no inside, unless a server decodes the value.
  private mutating func verdict(
    of test: ValueTest, beyond node: JSONDocument.Node, _ document: JSONDocument, at path: ArgumentPath, steps: Int,
    isDenying: Bool
  ) -> Verdict {
    let plain = test.verdict(on: nil, files: call.files, isDenying: isDenying)
    guard call.isTypeStrict else { return plain }
    let inner = Self.container(in: document.text(node))
    if let types = call.schema?.types(at: path.steps.prefix(steps)), !types.allow(node, in: document),
      !(isDenying && Self.isWanted(inner, types))
    {
      return .undecided(.type)
    }
    switch inner {
    case .nothing:
      guard isDenying else { return plain }
      let lone = verdict(of: test, atLone: node, document, at: path, steps: steps)
      return plain.combined(with: lone, isDenying: isDenying)
    case .tooLarge: return plain.combined(with: .undecided(.tooLarge), isDenying: isDenying)
    case .container(let inner):
      let decoded = verdict(of: test, at: path, from: steps, inner.root, inner, isDenying: isDenying)
      return plain.combined(with: decoded, isDenying: isDenying, doubt: .decoded)
    }
  }

  /// The verdict of a rule that denies: some servers take a lone value for a list of it, or each element of a list
  /// where others take one value.
  private mutating func verdict(
    of test: ValueTest, atLone node: JSONDocument.Node, _ document: JSONDocument, at path: ArgumentPath, steps: Int
  ) -> Verdict {
    guard case .member = path.steps[steps] else {
      return verdict(of: test, at: path, from: steps + 1, node, document, isDenying: true)
    }
    var result = Verdict.fails
    for element in document.elements(of: node) where result != .holds {
      let next = verdict(of: test, at: path, from: steps, element, document, isDenying: true)
      result = result.combined(with: next, isDenying: true)
    }
    return result
  }

  // MARK: Values

  /// The verdict on an argument, in every way that a server may read it.
  private mutating func verdict(
    of test: ValueTest, on value: FieldValue?, at steps: [ArgumentPath.Step], isDenying: Bool
  ) -> Verdict {
    let verdict = verdict(of: test, onValue: value, at: steps, isDenying: isDenying)
    guard call.isTypeStrict, case .text(let text)? = value, mayBeNoValue(text, test, at: steps, isDenying) else {
      return verdict
    }
    let absent = verdictOnNothing(test, at: ArgumentPath(steps), missing: steps.count, isDenying)
    return verdict.combined(with: absent, isDenying: isDenying, doubt: .null)
  }

  /// Whether some servers take a text for no value: those of the Python SDK `null`, and many the empty one (`branch ||
  /// "main"`). A rule that lets through the empty text by name, or by a pattern, means it.
  private func mayBeNoValue(
    _ text: ArraySlice<UInt8>, _ test: ValueTest, at steps: [ArgumentPath.Step], _ isDenying: Bool
  ) -> Bool {
    let text = PythonSpace.stripped(text)
    if text.isEmpty { return isDenying || test.isExclusion || test.isOfPresence }
    return text.elementsEqual("null".utf8) && call.schema?.types(at: steps)?.contains(.null) ?? true
  }

  /// The verdict on an argument, if it is not taken for no value.
  private mutating func verdict(
    of test: ValueTest, onValue value: FieldValue?, at steps: [ArgumentPath.Step], isDenying: Bool
  ) -> Verdict {
    guard call.isTypeStrict, !test.isOfPresence, let value else {
      return test.verdict(on: value, files: call.files, isDenying: isDenying)
    }
    let types = call.schema?.types(at: steps)
    var mayBeDecoded = types?.mayBeDecoded ?? true
    if let types {
      let isAllowed: Bool
      switch value {
      case .text(let text):
        // Models often write an array as a text. A rule that denies looks at it as it stands and at what it holds.
        if isDenying, !types.contains(.string) { mayBeDecoded = Self.isWanted(container(in: text, at: steps), types) }
        isAllowed = mayBeDecoded || types.allow(text: text, byValue: test.isOfNumbers)
      case .node(let document, let node): isAllowed = types.allow(node, in: document)
      }
      guard isAllowed else { return .undecided(.type) }
    }
    let verdict: Verdict
    if case .text(let text) = value, mayBeDecoded {
      verdict = self.verdict(of: test, on: value, decoded: container(in: text, at: steps), isDenying: isDenying)
    } else {
      verdict = self.verdict(of: test, asItStands: value, types, isDenying: isDenying)
    }
    guard let doubt = Self.doubt(about: value, test, types) else { return verdict }
    return verdict.combined(with: .undecided(doubt), isDenying: isDenying)
  }

  /// The doubt about a value that is not of the kind that the test compares, but that some servers take for such a one:
  /// `0x1388`, `5000 EUR` and true for a number, `yes` and 1 for a boolean.
  private static func doubt(about value: FieldValue, _ test: ValueTest, _ types: ArgumentSchema.Types?) -> Doubt? {
    let isBoolean: Bool
    switch value {
    case .text(let text):
      if looksDecodable(text) { return nil }
      isBoolean = false
    case .node(let document, let node):
      // What a list or an object holds is examined by itself; but to JavaScript it is true.
      if document.count(of: node) > 0, !test.isOfBooleans { return nil }
      isBoolean = document.kind(of: node) == .true || document.kind(of: node) == .false
    }
    if test.isOfNumbers, PythonFloat.value(of: value) == .none { return .noNumber }
    return test.isOfBooleans && !isBoolean && types?.contains(.boolean) ?? true ? .noBoolean : nil
  }

  /// The verdict on a value as it stands, beyond what the SDK sees of it. Most servers treat a whole number with a
  /// point or an exponent like the plain integer: `7.0` does not get past a rule against 7.
  ///
  /// - Parameter types: what the value may be; nil if unknown.
  private mutating func verdict(
    of test: ValueTest, asItStands value: FieldValue, _ types: ArgumentSchema.Types? = nil, isDenying: Bool
  ) -> Verdict {
    var verdict = test.verdict(on: value, files: call.files, isDenying: isDenying)
    if let all = test.verdictOnLongText(value, budget: &budget) {
      verdict = verdict.combined(with: all, isDenying: isDenying, doubt: .long)
    }
    if isDenying || test.isExclusion, test.isOfText, let whole = Self.whole(value, types) {
      verdict = verdict.combined(
        with: test.verdict(on: .text(whole), files: call.files, isDenying: isDenying), isDenying: isDenying,
        doubt: .whole)
    }
    guard isDenying || test.isExclusion, !test.looksWithin, case .node(let document, let node) = value else {
      return verdict
    }
    addInner(of: node, document, to: &verdict, test, isDenying: isDenying)
    return verdict
  }

  /// For a rule that denies, or that lets through what is not listed, adds the verdicts on everything that a list or an
  /// object holds: in the text of the whole, inner values are quoted and escaped.
  private mutating func addInner(
    of node: JSONDocument.Node, _ document: JSONDocument, to verdict: inout Verdict, _ test: ValueTest, isDenying: Bool
  ) {
    let isObject = document.kind(of: node) == .object
    guard isObject || document.kind(of: node) == .array else { return }
    // A rule that denies a text denies it as a name too.
    let looksAtNames = isDenying && test.isOfText
    let values =
      isObject
      ? document.members(of: node).flatMap { looksAtNames ? [$0.key, $0.value] : [$0.value] }
      : Array(document.elements(of: node))
    for inner in values where verdict != (isDenying ? .holds : .fails) {
      switch document.kind(of: inner) {
      case .object, .array:
        addInner(of: inner, document, to: &verdict, test, isDenying: isDenying)
      default:
        guard let value = FieldValue(inner, in: document) else { continue }
        let next: Verdict =
          test.isSearch && !budget.isLeft()
          ? .undecided(.runaway) : self.verdict(of: test, asItStands: value, isDenying: isDenying)
        verdict = verdict.combined(with: next, isDenying: isDenying)
      }
    }
  }

  /// The digits of a whole number that is not written as one, or that doubles (and so JavaScript) take for another one,
  /// also of one that a text holds, if the tool may take a number; nil for anything else.
  private static func whole(_ value: FieldValue, _ types: ArgumentSchema.Types?) -> ArraySlice<UInt8>? {
    let number: Double?
    switch value {
    case .text(let text):
      let takesNumbers = types.map { !$0.isDisjoint(with: [.integer, .number]) } ?? true
      number = takesNumbers && text.count <= maxNumberBytes ? PythonFloat.parse(text) : nil
    case .node(let document, let node):
      let raw = document.raw(node)
      let isInexact = document.kind(of: node) == .integer && raw.count > 15
      number = isInexact || document.kind(of: node) == .number ? PythonFloat.number(raw) : nil
    }
    return number.flatMap { Int64(exactly: $0) }.map { Array(String($0).utf8)[...] }
  }

  /// Python reads no longer text as an integer, and many rules may look at one text.
  private static let maxNumberBytes = 4300

  // MARK: JSON in texts

  /// The verdict on a text that may be decoded, over both readings.
  private mutating func verdict(
    of test: ValueTest, on value: FieldValue?, decoded: Decoded, isDenying: Bool
  ) -> Verdict {
    let plain =
      value.map { verdict(of: test, asItStands: $0, isDenying: isDenying) }
      ?? test.verdict(on: nil, files: call.files, isDenying: isDenying)
    switch decoded {
    case .nothing: return plain
    case .tooLarge: return plain.combined(with: .undecided(.tooLarge), isDenying: isDenying)
    case .container(let document):
      let inner = verdict(of: test, asItStands: .node(document, document.root), isDenying: isDenying)
      return plain.combined(with: inner, isDenying: isDenying, doubt: .decoded)
    }
  }

  /// Whether the type of the argument is left open.
  private func mayBeDecoded(_ test: ValueTest, at steps: [ArgumentPath.Step]) -> Bool {
    call.isTypeStrict && !test.isOfPresence && call.schema?.types(at: steps)?.mayBeDecoded ?? true
  }

  /// Whether what a text holds is an array or an object that the tool asks for.
  private static func isWanted(_ decoded: Decoded, _ types: ArgumentSchema.Types) -> Bool {
    guard case .container(let document) = decoded else { return false }
    return types.allow(document.root, in: document)
  }

  /// What a text at a place holds. Many rules may consult one long argument.
  private mutating func container(in text: ArraySlice<UInt8>, at steps: [ArgumentPath.Step]) -> Decoded {
    guard steps.count == 1, case .member(let argument) = steps[0] else { return Self.container(in: text) }
    let inner = containers[argument] ?? Self.container(in: text)
    containers[argument] = inner
    return inner
  }

  private static func container(in text: ArraySlice<UInt8>) -> Decoded {
    guard looksDecodable(text) else { return .nothing }
    do throws(JSONError) {
      return .container(try JSONDocument(parsing: PythonSpace.stripped(text), options: .python))
    } catch {
      return error.isOfLimits ? .tooLarge : .nothing
    }
  }

  private static func looksDecodable(_ text: ArraySlice<UInt8>) -> Bool {
    let first = PythonSpace.strippedStart(text).first
    return first == UInt8(ascii: "[") || first == UInt8(ascii: "{")
  }
}
