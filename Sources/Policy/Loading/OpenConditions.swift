import Python
import Wire

/// Finds conditions that let through more than they seem to: servers read more into a text than its pattern says.
enum OpenConditions {
  /// - Parameter conditions: the mapping that the rule's conditions were read from.
  static func hints(for rule: Rule, _ conditions: PolicyValue) -> [String] {
    guard case .mapping(let members) = conditions.content else { return [] }
    return zip(rule.conditions, members).compactMap { condition, member in
      let operand = ConditionReader.Operation(member.value)?.operand ?? member.value
      guard case .string(let text) = operand.content, let written = PatternText(text, condition.test) else {
        return nil
      }
      return hint(for: written, of: condition, opens: rule.effect == .allow || rule.effect == .audit)
    }
  }

  private static func hint(for written: PatternText, of condition: Condition, opens: Bool) -> String? {
    let key = key(of: condition)
    guard !key.elementsEqual("resource".utf8) else { return nil }
    let name = "`\(condition.name)`"
    if opens {
      if written.isSearched {
        return
          "\(name): this is looked for anywhere in the text; `^` ties it to the beginning, in each part between `|`"
      }
      if written.isOpen, isRun(key, written) {
        return "\(name): what is left open lets any other command or statement through, behind `;` for one; name whole "
          + "ones with `in`, or tie `matches` from `^` to `$` without `.*`"
      }
      if written.leavesHostOpen {
        return "\(name): what is left open before the end of the host lets other hosts through; name one as in "
          + "`https://example.com/*`"
      }
    }
    guard written.isOpen, written.isOfPath || isPath(key) && written.holdsSlash else { return nil }
    return "\(name): this compares a text, not a place: `..`, `//` and links lead in and out of it; `within` compares "
      + "places (`dialect: \(LocalPolicyLoader.dialectName)`)"
  }

  private static func key(of condition: Condition) -> [UInt8] {
    switch condition.field {
    case .key(let key): return key
    case .path(let path):
      for case .member(let name) in path.steps.reversed() { return name }
      return []
    }
  }

  private static func isPath(_ key: [UInt8]) -> Bool {
    let paths: [StaticString] = ["path", "file_path", "filePath", "file", "filename", "notebook_path"]
    return paths.contains { $0.hasBytes(key.span) }
  }

  /// Whether a server executes the value of a key.
  private static func isRun(_ key: [UInt8], _ written: PatternText) -> Bool {
    let run: [StaticString] = ["command", "cmd", "CommandLine", "sql", "statement", "input_text"]
    let verbs = ["select ", "with ", "show ", "explain ", "insert ", "update ", "delete "]
    if run.contains(where: { $0.hasBytes(key.span) }) { return true }
    // This may also be a search query.
    return key.elementsEqual("query".utf8) && verbs.contains { CaseFolding.folded(written.start).starts(with: $0.utf8) }
  }
}

/// A text as a policy writes it, and how it is compared.
private struct PatternText {
  private enum Form { case glob, part, expression }

  private let form: Form
  /// The text; for an expression, the part after its flags.
  private let text: [UInt8]
  private let isOfLines: Bool

  /// Nil for a test that leaves nothing open.
  init?(_ text: [UInt8], _ test: ValueTest) {
    var flags: ArraySlice<UInt8> = []
    switch test {
    case .glob: form = .glob
    case .contains: form = .part
    case .matches:
      form = .expression
      if text.starts(with: "(?".utf8), let end = text.firstIndex(of: UInt8(ascii: ")")),
        text[2..<end].allSatisfy({ "aimsux".utf8.contains($0) })
      {
        flags = text[...end]
      }
    default: return nil
    }
    self.text = Array(text.dropFirst(flags.count))
    isOfLines = flags.contains(UInt8(ascii: "m"))
  }

  /// The text without the anchor at its beginning.
  var start: ArraySlice<UInt8> {
    guard form == .expression else { return text[...] }
    if text.first == UInt8(ascii: "^") { return text.dropFirst() }
    return text.starts(with: "\\A".utf8) ? text.dropFirst(2) : text[...]
  }

  /// Whether this is an expression that may match elsewhere than at the beginning.
  var isSearched: Bool {
    guard form == .expression else { return false }
    var alternatives = [0]
    scan { index, byte, depth in
      if byte == UInt8(ascii: "|"), depth == 0 { alternatives.append(index + 1) }
    }
    return !alternatives.allSatisfy { start in
      let rest = text[start...]
      return rest.starts(with: "\\A".utf8) || !isOfLines && rest.first == UInt8(ascii: "^")
    }
  }

  /// Whether a part of the text is left unspecified.
  var isOpen: Bool {
    switch form {
    case .glob: return text.contains(UInt8(ascii: "*"))
    case .part: return true
    case .expression:
      var last = -1
      var isOpen = false
      var isTied = text.suffix(2).elementsEqual("\\Z".utf8)
      scan { index, byte, _ in
        if last >= 0, "*+{".utf8.contains(byte), last == index - 1 { isOpen = true }
        if byte == UInt8(ascii: ".") { last = index }
        if byte == UInt8(ascii: "$"), index == text.count - 1 { isTied = true }
      }
      return isOpen || !isTied
    }
  }

  var isOfPath: Bool {
    form != .part && (start.first == UInt8(ascii: "/") || ["~/", "file:"].contains { start.starts(with: $0.utf8) })
  }

  var holdsSlash: Bool { form != .part && text.contains(UInt8(ascii: "/")) }

  /// Whether this is for a URL and leaves a part of it up to the end of the host unspecified.
  var leavesHostOpen: Bool {
    let mark = Array("://".utf8)
    guard form != .part, let colon = text.indices.first(where: { text[$0...].starts(with: mark) }) else { return false }
    let end = text[(colon + mark.count)...].firstIndex(of: UInt8(ascii: "/"))
    var isOpen = false
    if form == .glob {
      isOpen = text[..<(end ?? text.count)].contains(where: Glob.isSpecial)
    } else {
      scan { index, byte, _ in
        if byte == UInt8(ascii: "."), index < end ?? text.count { isOpen = true }
      }
      if end == nil, text.last != UInt8(ascii: "$") { isOpen = true }
    }
    return isOpen
  }

  /// Goes through an expression, skipping escaped characters and sets.
  private func scan(_ body: (_ index: Int, _ byte: UInt8, _ depth: Int) -> Void) {
    var depth = 0
    var index = 0
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\\"): index += 1
      case UInt8(ascii: "["):
        var end = index + 1
        if end < text.count, text[end] == UInt8(ascii: "^") { end += 1 }
        // As the first character of a set, `]` belongs to it.
        if end < text.count { end += 1 }
        while end < text.count, text[end] != UInt8(ascii: "]") { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
        index = end
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      default: body(index, text[index], depth)
      }
      index += 1
    }
  }
}
