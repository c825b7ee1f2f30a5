extension PythonRegex {
  /// Reads `(?flags)`, which applies to the whole pattern and stands at its start, or `(?flags-flags:…)`.
  mutating func flagged(flags: inout Flags, nesting: Int, mayBeGlobal: Bool) throws(Problem) -> Width? {
    var added: [Unicode.Scalar] = []
    var removed: [Unicode.Scalar] = []
    var scalar = try take()
    while scalar != ")", scalar != ":", scalar != "-" {
      try check(scalar, added)
      added.append(scalar)
      scalar = try take()
    }
    if scalar == ")" {
      guard !added.isEmpty else { throw .invalid("unknown extension") }
      guard mayBeGlobal else { throw .invalid("global flags not at the start of the expression") }
      for flag in added { Self.set(flag, true, in: &globalFlags) }
      flags = globalFlags
      return nil
    }
    if scalar == "-" {
      scalar = try take()
      repeat {
        try check(scalar, [])
        if scalar == "a" || scalar == "u" { throw .invalid("cannot turn off `a` and `u`") }
        removed.append(scalar)
        scalar = try take()
      } while scalar != ":"
      if added.contains(where: removed.contains) { throw .invalid("flag turned on and off") }
    } else if added.isEmpty {
      throw .invalid("unknown extension")
    }

    var inner = flags
    for flag in added { Self.set(flag, true, in: &inner) }
    for flag in removed { Self.set(flag, false, in: &inner) }
    if inner.ascii, inner.ignoreCase { throw .unsupported("`a` together with `i`") }
    // Anchors, dots and white space are written out as the flags say, so only case is left to PCRE2.
    write(inner.ignoreCase ? "(?i:" : "(?-i:")
    let width = try alternatives(flags: inner, nesting: nesting + 1)
    guard take(")") else { throw .invalid("missing ), unterminated subpattern") }
    write(")")
    return width
  }

  private func check(_ flag: Unicode.Scalar, _ earlier: [Unicode.Scalar]) throws(Problem) {
    switch flag {
    case "i", "m", "s", "x": break
    case "a": if earlier.contains("u") { throw .invalid("`a` and `u` are incompatible") }
    case "u": if earlier.contains("a") { throw .invalid("`a` and `u` are incompatible") }
    case "L": throw .invalid("cannot use `L` with text")
    case "t": throw .unsupported("the flag `t`")
    default: throw .invalid("unknown flag")
    }
  }

  private static func set(_ flag: Unicode.Scalar, _ value: Bool, in flags: inout Flags) {
    switch flag {
    case "i": flags.ignoreCase = value
    case "m": flags.multiline = value
    case "s": flags.dotAll = value
    case "x": flags.verbose = value
    case "a": flags.ascii = value
    case "u": flags.ascii = false
    default: break
    }
  }
}
