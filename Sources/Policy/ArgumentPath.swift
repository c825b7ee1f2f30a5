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

  /// Nil where the text starts with `args.` and is no path all the same.
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

  /// Calls `body` with every value at this place, null and absent ones as nil; with nil once where there is no place.
  func forEachValue(
    in arguments: (document: JSONDocument, node: JSONDocument.Node)?, _ body: (JSONDocument.Node?) -> Void
  ) {
    guard let arguments else { return body(nil) }
    visit(steps[...], arguments.node, arguments.document, body)
  }

  private func visit(
    _ steps: ArraySlice<Step>, _ node: JSONDocument.Node, _ document: JSONDocument,
    _ body: (JSONDocument.Node?) -> Void
  ) {
    guard let step = steps.first else { return body(node) }
    let rest = steps.dropFirst()
    switch step {
    case .member(let name):
      guard let member = document.member(named: name, of: node) else { return body(nil) }
      visit(rest, member, document, body)
    case .element(let index):
      guard index < document.count(of: node), document.kind(of: node) == .array else { return body(nil) }
      for (place, element) in document.elements(of: node).enumerated() where place == index {
        return visit(rest, element, document, body)
      }
    case .everyElement:
      guard document.kind(of: node) == .array, document.count(of: node) > 0 else { return body(nil) }
      for element in document.elements(of: node) { visit(rest, element, document, body) }
    }
  }
}
