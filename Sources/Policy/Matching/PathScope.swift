import Python
import Wire

/// The directories that `within` and `not_within` name.
struct PathScope: Sendable {
  let roots: [[UInt8]]
  /// Directories that relative paths may start from; empty if the rule names none.
  let bases: [[UInt8]]

  /// The verdict over all strings in the value, in every spelling they may be read in.
  func verdict(
    on value: FieldValue, files: (any FileSystemView)?, isNegated: Bool, isDenying: Bool
  ) -> Verdict {
    guard let files else { return .undecided(.place) }
    var resolver = PathResolver(files: files)
    var places: [PathResolver.Place] = []
    for root in roots {
      if let place = resolver.resolve(root, isOfRule: true) { places.append(place) }
    }
    guard places.count == roots.count else { return .undecided(.place) }
    /// Some file systems ignore case: what a rule protects is protected in any case, what it opens only as written.
    func isSame(_ part: ArraySlice<UInt8>, _ wanted: ArraySlice<UInt8>) -> Bool {
      part == wanted || isDenying != isNegated && CaseFolding.folded(part) == CaseFolding.folded(wanted)
    }
    var verdict: Verdict?
    func add(_ next: Verdict) { verdict = verdict?.combined(with: next, isDenying: isDenying) ?? next }
    forEachText(in: value) { text in
      guard let text else { return add(.undecided(.place)) }
      switch resolver.readings(of: text, from: bases, protects: isDenying && !isNegated) {
      case .undecided(let doubt):
        add(.undecided(doubt))
      case .places(let readings):
        for place in readings {
          let isInside = places.contains { place.starts(with: $0, by: isSame) }
          add(Verdict(isInside != isNegated))
        }
      }
    }
    return verdict ?? .undecided(.place)
  }

  /// Calls `body` with nil for a value that is not a string and holds none.
  private func forEachText(in value: FieldValue, _ body: (ArraySlice<UInt8>?) -> Void) {
    switch value {
    case .text(let text): body(text)
    case .node(let document, let node): forEachText(in: node, document, body)
    }
  }

  private func forEachText(
    in node: JSONDocument.Node, _ document: JSONDocument, _ body: (ArraySlice<UInt8>?) -> Void
  ) {
    switch document.kind(of: node) {
    case .string: body(document.text(node))
    case .array: for element in document.elements(of: node) { forEachText(in: element, document, body) }
    case .object: for member in document.members(of: node) { forEachText(in: member.value, document, body) }
    default: body(nil)
    }
  }
}
