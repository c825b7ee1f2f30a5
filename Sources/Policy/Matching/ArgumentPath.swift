import Wire

/// A place within the arguments of a call, in our dialect: `args.options.path`, `args.paths[0]`, `args.paths[*]`.
struct ArgumentPath: Sendable, Equatable {
  enum Step: Sendable, Equatable {
    case member([UInt8])
    case element(Int)
    case everyElement
  }

  static let prefix = Array("args.".utf8)
  static let maxSteps = 32

  let steps: [Step]

  init(_ steps: [Step]) {
    self.steps = steps
  }

  /// Nil for a text that is not such a path, even if it starts with `args.`.
  init?(_ text: [UInt8]) {
    guard text.starts(with: Self.prefix) else { return nil }
    var steps: [Step] = []
    for part in text.dropFirst(Self.prefix.count).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    {
      guard let name = part.split(separator: UInt8(ascii: "["), omittingEmptySubsequences: false).first, !name.isEmpty
      else { return nil }
      steps.append(.member(Array(name)))
      var rest = part[(part.startIndex + name.count)...]
      while let opening = rest.first {
        guard opening == UInt8(ascii: "["), let close = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let index = rest[(rest.startIndex + 1)..<close]
        if index.elementsEqual("*".utf8) {
          steps.append(.everyElement)
        } else if let number = Int(String(decoding: index, as: UTF8.self)), number >= 0,
          index.allSatisfy({ (0x30...0x39).contains($0) })
        {
          steps.append(.element(number))
        } else {
          return nil
        }
        rest = rest[(close + 1)...]
      }
    }
    guard steps.count <= Self.maxSteps else { return nil }
    self.steps = steps
  }

  /// The path of the first of some values, in the order of the text, that `isMeant` accepts; nil for none.
  ///
  /// One walk serves all of them, since a call may hold any number. Recursion is bounded by ``JSONLimits/maxDepth``.
  init?(
    toFirstOf nodes: Set<JSONDocument.Node>, in document: JSONDocument, from root: JSONDocument.Node,
    where isMeant: ([Step]) -> Bool
  ) {
    var steps: [Step] = []
    func leads(to node: JSONDocument.Node) -> Bool {
      if nodes.contains(node), isMeant(steps) { return true }
      for (key, value) in document.members(of: node) {
        steps.append(.member(Array(document.text(key))))
        if leads(to: value) { return true }
        steps.removeLast()
      }
      for (index, element) in document.elements(of: node).enumerated() {
        steps.append(.element(index))
        if leads(to: element) { return true }
        steps.removeLast()
      }
      return false
    }
    guard leads(to: root) else { return nil }
    self.steps = steps
  }

  /// What is found at a place.
  enum Finding {
    case value(JSONDocument.Node, in: JSONDocument)
    /// There is no such place.
    ///
    /// - Parameter missing: the number of steps that lead to the first thing on the path that is absent or null.
    case nothing(missing: Int)
    /// A key that some reader takes for one on the path.
    case lookAlike
    /// A key that differs in its style alone from the one on the path (`filePath` for `file_path`).
    ///
    /// - Parameter steps: the number of steps that lead to the one on the path.
    case otherStyle([UInt8], steps: Int)
    /// The path continues inside a value that has no inside, such as a string.
    ///
    /// - Parameter steps: the number of steps that lead to the value.
    case end(JSONDocument.Node, in: JSONDocument, steps: Int)
  }

  /// Calls `body` with everything at this place, at least once.
  ///
  /// - Parameter start: the number of steps already taken to `node`.
  func forEachFinding(
    from start: Int = 0, at node: JSONDocument.Node, in document: JSONDocument, _ body: (Finding) -> Void
  ) {
    guard start < steps.count else { return body(.value(node, in: document)) }
    func goOn(to next: JSONDocument.Node?) {
      guard let next else { return body(.nothing(missing: start + 1)) }
      forEachFinding(from: start + 1, at: next, in: document, body)
    }
    switch (steps[start], document.kind(of: node)) {
    case (.member(let name), .object):
      // A string that servers decode may hold a key twice, and servers differ in which one counts.
      var isFound = false
      for (key, value) in document.members(of: node) {
        let key = document.text(key)
        if key.elementsEqual(name) {
          isFound = true
          goOn(to: value)
        } else if LookAlike.mayBeAlike(key, name) {
          if LookAlike.isLookAlike(key, of: name) {
            body(.lookAlike)
          } else if LookAlike.letters(Array(key)) == LookAlike.letters(name) {
            body(.otherStyle(Array(key), steps: start + 1))
          }
        }
      }
      if !isFound { goOn(to: nil) }
    case (.element(let index), .array):
      guard index < document.count(of: node) else { return goOn(to: nil) }
      for (place, element) in document.elements(of: node).enumerated() where place == index {
        return goOn(to: element)
      }
    case (.everyElement, .array):
      if document.count(of: node) == 0 { goOn(to: nil) }
      for element in document.elements(of: node) { goOn(to: element) }
    case (_, .null):
      body(.nothing(missing: start))
    default:
      body(.end(node, in: document, steps: start))
    }
  }
}

extension ArgumentPath: CustomStringConvertible {
  var description: String {
    steps.enumerated().map { index, step in
      switch step {
      case .member(let name): (index > 0 ? "." : "") + DisplayText.escaped(name[...], limit: 64)
      case .element(let index): "[\(index)]"
      case .everyElement: "[*]"
      }
    }.joined()
  }
}
