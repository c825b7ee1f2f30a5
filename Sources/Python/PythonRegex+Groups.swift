/// Groups of all kinds, and references to them.
extension PythonRegex {
  /// Reads what follows `(`; nil for what matches and asserts nothing: a comment, or flags for the whole pattern.
  mutating func group(
    flags: inout Flags, nesting: Int, mayBeGlobal: Bool
  ) throws(Problem) -> Width? {
    guard take("?") else { return try capture(named: nil, flags: flags, nesting: nesting) }
    switch try take() {
    case "P":
      if take("<") { return try capture(named: try groupName(until: ">"), flags: flags, nesting: nesting) }
      guard take("=") else { throw .invalid("unknown extension `?P`") }
      guard let number = groupNumbers[try groupName(until: ")")] else { throw .invalid("unknown group name") }
      return try reference(to: number)
    case ":":
      return try enclosed("(?:", flags: flags, nesting: nesting)
    case "#":
      guard let end = pattern[position...].firstIndex(of: ")") else {
        throw .invalid("unterminated comment")
      }
      position = end + 1
      return nil
    case "=":
      _ = try enclosed("(?=", flags: flags, nesting: nesting)
      return (0, 0)
    case "!":
      _ = try enclosed("(?!", flags: flags, nesting: nesting)
      return (0, 0)
    case "<":
      try lookbehind(flags: flags, nesting: nesting)
      return (0, 0)
    case "(":
      return try conditional(flags: flags, nesting: nesting)
    case ">":
      return try enclosed("(?>", flags: flags, nesting: nesting)
    default:
      position -= 1
      return try flagged(flags: &flags, nesting: nesting, mayBeGlobal: mayBeGlobal)
    }
  }

  private mutating func enclosed(_ opening: String, flags: Flags, nesting: Int) throws(Problem) -> Width {
    write(opening)
    let width = try alternatives(flags: flags, nesting: nesting + 1)
    guard take(")") else { throw .invalid("missing ), unterminated subpattern") }
    write(")")
    return width
  }

  private mutating func capture(named name: [Unicode.Scalar]?, flags: Flags, nesting: Int) throws(Problem) -> Width {
    let number = groupWidths.count
    groupWidths.append(nil)
    if let name {
      guard groupNumbers.updateValue(number, forKey: name) == nil else {
        throw .invalid("redefinition of a group name")
      }
    }
    let width = try enclosed("(", flags: flags, nesting: nesting)
    groupWidths[number] = width
    return width
  }

  private mutating func lookbehind(flags: Flags, nesting: Int) throws(Problem) {
    let kind = try take()
    guard kind == "=" || kind == "!" else { throw .invalid("unknown extension `?<`") }
    let isOutermost = lookbehindStart == nil
    if isOutermost { lookbehindStart = groupWidths.count }
    let width = try enclosed(kind == "=" ? "(?<=" : "(?<!", flags: flags, nesting: nesting)
    if isOutermost { lookbehindStart = nil }
    guard width.low == width.high else { throw .invalid("look-behind requires fixed-width pattern") }
  }

  private mutating func conditional(flags: Flags, nesting: Int) throws(Problem) -> Width {
    let name = try name(until: ")")
    let number: Int
    if let named = groupNumbers[name] {
      number = named
    } else if let given = Int(String(String.UnicodeScalarView(name))), given > 0 {
      number = given
      conditionGroups.append(given)
    } else {
      throw .invalid("bad group in a condition")
    }
    try checkLookbehind(number)
    write("(?(\(number))")
    var flags = flags
    guard nesting < Self.maxNesting else { throw .unsupported("groups within too many others") }
    let yes = try sequence(flags: &flags, nesting: nesting + 1, isFirst: false)
    var width: Width = (0, yes.high)
    if take("|") {
      write("|")
      let no = try sequence(flags: &flags, nesting: nesting + 1, isFirst: false)
      width = (min(yes.low, no.low), max(yes.high, no.high))
      if next == "|" { throw .invalid("conditional backref with more than two branches") }
    }
    guard take(")") else { throw .invalid("missing ), unterminated subpattern") }
    write(")")
    return width
  }

  private mutating func groupName(until terminator: Unicode.Scalar) throws(Problem) -> [Unicode.Scalar] {
    let name = try name(until: terminator)
    let isIdentifier = name.enumerated().allSatisfy { index, scalar in
      scalar == "_" || (index == 0 ? scalar.properties.isXIDStart : scalar.properties.isXIDContinue)
    }
    guard isIdentifier else { throw .invalid("bad character in group name") }
    return name
  }

  mutating func reference(to number: Int) throws(Problem) -> Width {
    guard number < groupWidths.count else { throw .invalid("invalid group reference \(number)") }
    guard let width = groupWidths[number] else { throw .invalid("cannot refer to an open group") }
    try checkLookbehind(number)
    write("\\g{\(number)}")
    return width
  }

  private func checkLookbehind(_ number: Int) throws(Problem) {
    guard let lookbehindStart else { return }
    guard number < groupWidths.count, groupWidths[number] != nil else {
      throw .invalid("cannot refer to an open group")
    }
    guard number < lookbehindStart else {
      throw .invalid("cannot refer to group defined in the same lookbehind subpattern")
    }
  }
}
