import Python
import Wire

/// Finds what conditions examine in a call: arguments, overridden by the context, overridden by the context's tags.
struct FieldLookup {
  let call: CallBody
  private let context: ContextMembers
  /// The arguments by name, built when there are too many to search one by one.
  private var argumentIndex: [ArraySlice<UInt8>: JSONDocument.Node]?

  /// The names of arguments by their ``LookAlike/letters(_:)``.
  private var argumentsByLetters: [[UInt8]: [[UInt8]]]?

  /// The contents of arguments that servers may decode, by name.
  var containers: [[UInt8]: Decoded] = [:]

  /// How long the expressions of all rules may spend on texts that are longer than the SDK examines.
  var budget = TimeBudget(milliseconds: 250)

  /// Beyond this number of arguments an index is built.
  static let maxScannedArguments = 64

  struct Found {
    let value: FieldValue?
    /// The argument that the value comes from.
    let argument: [UInt8]?
  }

  init(_ call: CallBody, _ context: ContextMembers) {
    self.call = call
    self.context = context
  }

  // MARK: Conditions

  /// - Parameters:
  ///   - isDenying: whether the rule denies.
  ///   - hidden: keys of the context to ignore.
  mutating func verdict(
    of condition: Condition, isDenying: Bool, hidden: ContextMembers.HiddenKeys = []
  ) -> Verdict {
    switch condition.field {
    case .key(let key):
      return verdict(of: condition.test, onKey: key, hidden, isDenying: isDenying)
    case .path(let path):
      guard let (document, node) = call.arguments else {
        return verdictOnNothing(condition.test, at: path, missing: 1, isDenying)
      }
      return verdict(of: condition.test, at: path, from: 0, node, document, isDenying: isDenying)
    }
  }

  private mutating func verdict(
    of test: ValueTest, onKey key: [UInt8], _ hidden: ContextMembers.HiddenKeys, isDenying: Bool
  ) -> Verdict {
    if call.isTypeStrict, holdsLookAlike(of: key) { return .undecided(.lookAlike) }
    let isMainText = key.elementsEqual("input_text".utf8)
    let found = isMainText ? mainText(hidden) : find(key, hidden)
    var verdict = verdict(of: test, on: found, isDenying: isDenying)
    if found.value == nil, !isMainText {
      verdict = verdict.combined(
        with: verdictOnNothing(test, at: ArgumentPath([.member(key)]), missing: 1, isDenying), isDenying: isDenying)
    }
    guard call.isTypeStrict, let argument = found.argument else { return verdict }
    switch declares(CollectionOfOne(.member(argument))) {
    case false?:
      let asked = isMainText ? mainText(hidden, onlyDeclared: true) : Found(value: nil, argument: nil)
      return verdict.combined(
        with: self.verdict(of: test, on: asked, isDenying: isDenying), isDenying: isDenying,
        doubt: .undeclared)
    case nil where isMainText:
      // The tool may have no use for this argument and act on one that it surely has, or, if it is not known, on any.
      let others =
        call.schema == nil ? mainTexts(hidden) : [mainText(hidden, onlyDeclared: true)].filter { $0.argument != nil }
      for other in others {
        verdict = verdict.combined(
          with: self.verdict(of: test, on: other, isDenying: isDenying), isDenying: isDenying, doubt: .undeclared)
      }
      return verdict
    case nil where ContextMembers.isAboutCaller(key):
      // A message can't say who calls: an argument of that name, which the tool may have no use for, may count
      // against the call but not for it.
      let absent = test.verdict(on: nil, files: call.files, isDenying: isDenying)
      return verdict.combined(with: absent, isDenying: isDenying, doubt: .caller)
    default:
      return verdict
    }
  }

  /// Whether the tool has an argument at a place; nil if unknown.
  func declares(_ steps: some Sequence<ArgumentPath.Step>) -> Bool? {
    call.schema.flatMap { $0.declares(steps) }
  }

  // MARK: Look-alikes

  /// Whether the arguments have a key that some server takes for this one.
  private mutating func holdsLookAlike(of key: [UInt8]) -> Bool {
    guard let (document, node) = call.arguments else { return false }
    let names = key.elementsEqual("input_text".utf8) ? Self.mainTextKeys : [key]
    guard document.count(of: node) > Self.maxScannedArguments else {
      return document.members(of: node).contains { member in
        let argument = document.text(member.key)
        return names.contains { LookAlike.mayBeAlike(argument, $0) && isLookAlike(Array(argument), of: $0) }
      }
    }
    if argumentsByLetters == nil {
      argumentsByLetters = Dictionary(
        grouping: document.members(of: node).map { Array(document.text($0.key)) }, by: LookAlike.letters)
    }
    return names.contains { name in
      argumentsByLetters?[LookAlike.letters(name)]?.contains { isLookAlike($0, of: name) } ?? false
    }
  }

  /// A key in another style (`filePath` for `file_path`) counts only if the tool has `name` and not `argument`.
  private func isLookAlike(_ argument: [UInt8], of name: [UInt8]) -> Bool {
    guard argument != name else { return false }
    if LookAlike.folded(argument) == LookAlike.folded(name) { return true }
    return call.schema != nil && LookAlike.letters(argument) == LookAlike.letters(name)
      && asks(for: [.member(name)], butNotFor: argument)
  }

  /// Whether the tool has what a path leads to, and beside it no key of this name.
  func asks(for steps: ArraySlice<ArgumentPath.Step>, butNotFor key: [UInt8]) -> Bool {
    declares(steps) == true && declares(steps.dropLast() + [.member(key)]) != true
  }

  // MARK: Values

  private mutating func find(_ key: [UInt8], _ hidden: ContextMembers.HiddenKeys) -> Found {
    let document = context.document
    if let tags = context.tags, let node = document.member(named: key, of: tags) {
      return Found(value: FieldValue(node, in: document), argument: nil)
    }
    if let resource = call.resource, key.elementsEqual("resource".utf8) {
      return Found(value: .text(resource[...]), argument: nil)
    }
    if !hidden.contain(key), let node = document.member(named: key, of: document.root) {
      return Found(value: FieldValue(node, in: document), argument: nil)
    }
    guard let arguments = call.arguments, let node = argument(key) else { return Found(value: nil, argument: nil) }
    return Found(value: FieldValue(node, in: arguments.document), argument: key)
  }

  private mutating func argument(_ key: [UInt8]) -> JSONDocument.Node? {
    guard let (document, node) = call.arguments else { return nil }
    guard document.count(of: node) > Self.maxScannedArguments else { return document.member(named: key, of: node) }
    if argumentIndex == nil {
      var index: [ArraySlice<UInt8>: JSONDocument.Node] = [:]
      for member in document.members(of: node) { index[document.text(member.key)] = member.value }
      argumentIndex = index
    }
    return argumentIndex?[key[...]]
  }

  /// The value of `input_text`: the text that the tool acts on, which precedes a caller's own `input_text`.
  ///
  /// - Parameter onlyDeclared: whether to skip arguments that the tool does not surely ask for.
  private mutating func mainText(_ hidden: ContextMembers.HiddenKeys, onlyDeclared: Bool = false) -> Found {
    for key in Self.mainTextKeys {
      let found = find(key, hidden)
      if onlyDeclared, let argument = found.argument, declares(CollectionOfOne(.member(argument))) != true {
        continue
      }
      if found.value?.isTruthy == true { return found }
    }
    return find(Array("input_text".utf8), hidden)
  }

  /// All arguments that may be the text that the tool acts on.
  private mutating func mainTexts(_ hidden: ContextMembers.HiddenKeys) -> [Found] {
    var texts: [Found] = []
    for key in Self.mainTextKeys {
      let found = find(key, hidden)
      if found.argument != nil, found.value?.isTruthy == true { texts.append(found) }
    }
    return texts
  }

  private static let mainTextKeys: [[UInt8]] = [
    "command", "CommandLine", "sql", "query", "prompt", "content", "new_string", "text", "url", "file_path", "path",
    "notebook_path", "input_payload",
  ].map { Array($0.utf8) }
}
