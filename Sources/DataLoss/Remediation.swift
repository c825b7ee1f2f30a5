import Python
import Wire

/// Tells an agent how to go on if its host can't take masked arguments: which argument holds what kind of value, and
/// never the value.
struct Remediation {
  private static let listed = 5
  private static let maxPathCharacters = 200

  private let scanner: Scanner
  private let document: JSONDocument
  private var found: [String] = []
  private var more = 0

  /// Examines each value separately. Throws if one can't be scanned, since what to say is then unknown too.
  init(_ scanner: Scanner, _ text: LeafText, _ root: JSONDocument.Node) throws(Scanner.Failure) {
    self.scanner = scanner
    document = text.document
    try walk(root, "")
  }

  func message() -> String {
    var message =
      "Blocked: the tool arguments contain sensitive data, and this agent host cannot accept redacted arguments, so "
      + "the call was blocked instead of masked."
    if !found.isEmpty {
      message += " Findings: " + found.joined(separator: "; ")
      message += more > 0 ? "; and \(more) further match(es) in other arguments." : "."
    }
    return message + " To proceed, retry the SAME call with the sensitive value removed: refer to it indirectly (an "
      + "environment variable that the tool expands, a secret manager, a file that the tool reads). Do not repeat the "
      + "value in any form."
  }

  private mutating func walk(_ node: JSONDocument.Node, _ path: String) throws(Scanner.Failure) {
    switch document.kind(of: node) {
    case .object:
      for (key, value) in document.uniqueMembers(of: node) {
        let name = segment(document.text(key))
        try walk(value, path.isEmpty ? name : "\(path).\(name)")
      }
    case .array:
      for (index, element) in document.elements(of: node).enumerated() {
        try walk(element, "\(path)[\(index)]")
      }
    case .null:
      break
    default:
      try look(at: node, path)
    }
  }

  private mutating func look(at node: JSONDocument.Node, _ path: String) throws(Scanner.Failure) {
    let text = Array(LeafText.text(of: node, in: document))
    var seen: Set<String> = []
    for match in try scanner.matches(in: text.span) {
      let rule = scanner.detectors[match.detector].rule
      guard rule.action == .mask, seen.insert(rule.name).inserted else { continue }
      if found.count < Self.listed {
        found.append("argument \"\(path)\" contains a value matching the \"\(rule.name)\" \(rule.category) detector")
      } else {
        more += 1
      }
    }
  }

  /// A key that itself contains a match is not named either.
  private func segment(_ key: ArraySlice<UInt8>) -> String {
    let bytes = Array(key)
    guard let matches = try? scanner.matches(in: bytes.span), matches.isEmpty else { return "<redacted-key>" }
    return String(DisplayText.escaped(key, limit: Self.maxPathCharacters))
  }
}
