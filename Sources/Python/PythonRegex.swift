/// Translates a pattern of Python 3.11's `re` into one for PCRE2 that matches the same texts.
///
/// Everything that Python and PCRE2 read differently is spelled out: anchors, white space, groups by number, flags by
/// group.
package struct PythonRegex {
  /// Why a pattern can't be used.
  package enum Problem: Error, Equatable {
    /// Python refuses the pattern too; the SDK then treats it as a pattern that matches nothing.
    case invalid(String)
    /// Python accepts the pattern, but there is no translation.
    case unsupported(String)
  }

  struct Flags: Equatable {
    var ignoreCase = false
    var multiline = false
    var dotAll = false
    var verbose = false
    var ascii = false
  }

  /// Shortest and longest match in characters; ``unbounded`` for no limit.
  typealias Width = (low: Int, high: Int)

  static let unbounded = 1 << 40
  static let maxNesting = 200

  let pattern: [Unicode.Scalar]
  var position = 0
  var globalFlags: Flags
  /// The widths of groups by number, nil while a group is open; group 0 is the whole pattern.
  var groupWidths: [Width?] = [nil]
  var groupNumbers: [[Unicode.Scalar]: Int] = [:]
  /// Groups from this number on are inside the lookbehind that is being read.
  var lookbehindStart: Int?
  var conditionGroups: [Int] = []
  var output: [UInt8] = []

  private init(_ pattern: [Unicode.Scalar], ignoresCase: Bool) {
    self.pattern = pattern
    globalFlags = Flags(ignoreCase: ignoresCase)
  }

  /// The PCRE2 pattern, and whether it is to be matched without regard to case.
  static func translate(
    _ pattern: some Collection<UInt8>, ignoresCase: Bool
  ) throws(Problem) -> (pattern: [UInt8], ignoresCase: Bool) {
    var scalars: [Unicode.Scalar] = []
    var reader = UTF8Scalars(pattern)
    while let value = reader.next() {
      guard let scalar = Unicode.Scalar(value) else { throw .unsupported("half of a surrogate pair") }
      scalars.append(scalar)
    }
    var parser = PythonRegex(scalars, ignoresCase: ignoresCase)
    _ = try parser.alternatives(flags: parser.globalFlags, nesting: 0)
    guard parser.position == scalars.count else { throw .invalid("unbalanced parenthesis") }
    for group in parser.conditionGroups where group >= parser.groupWidths.count {
      throw .invalid("invalid group reference \(group)")
    }
    guard !(parser.globalFlags.ascii && parser.globalFlags.ignoreCase) else {
      throw .unsupported("`a` together with `i`")
    }
    return (parser.output, parser.globalFlags.ignoreCase)
  }

  // MARK: Reading

  var next: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  mutating func take() throws(Problem) -> Unicode.Scalar {
    guard let scalar = next else { throw .invalid("unexpected end of pattern") }
    position += 1
    return scalar
  }

  mutating func write(_ text: String) { output += text.utf8 }

  /// Reads a name up to and including its terminator, which is not part of the result.
  mutating func name(until terminator: Unicode.Scalar) throws(Problem) -> [Unicode.Scalar] {
    guard let end = pattern[position...].firstIndex(of: terminator), end > position else {
      throw .invalid("missing group name")
    }
    defer { position = end + 1 }
    return Array(pattern[position..<end])
  }

  // MARK: Structure

  /// `a|b|c`.
  mutating func alternatives(flags: Flags, nesting: Int) throws(Problem) -> Width {
    guard nesting <= Self.maxNesting else { throw .unsupported("groups within more than \(Self.maxNesting) others") }
    var flags = flags
    var width: Width?
    while true {
      let branch = try sequence(flags: &flags, nesting: nesting, isFirst: nesting == 0 && width == nil)
      width = width.map { (min($0.low, branch.low), max($0.high, branch.high)) } ?? branch
      guard take("|") else { break }
      write("|")
    }
    return width ?? (0, 0)
  }

  /// The kind of the preceding part of a branch, to which a quantifier would apply.
  private enum Preceding { case nothing, anchor, repeated, item }

  /// Reads and writes one branch: what stands between two `|`.
  mutating func sequence(flags: inout Flags, nesting: Int, isFirst: Bool) throws(Problem) -> Width {
    var total: Width = (0, 0)
    var preceding = Preceding.nothing
    var itemWidth: Width = (0, 0)
    while let scalar = next, scalar != "|", scalar != ")" {
      position += 1
      if flags.verbose, skipVerbose(scalar) { continue }
      if let bounds = try quantifier(scalar) {
        switch preceding {
        case .nothing, .anchor: throw .invalid("nothing to repeat")
        case .repeated: throw .invalid("multiple repeat")
        case .item: break
        }
        total = Self.sum(
          (total.low - itemWidth.low, max(total.high - itemWidth.high, 0)), Self.repeated(itemWidth, bounds))
        preceding = .repeated
      } else {
        let mayBeGlobal = isFirst && preceding == .nothing
        guard let item = try item(scalar, &flags, nesting: nesting, mayBeGlobal: mayBeGlobal) else { continue }
        itemWidth = item.width
        total = Self.sum(total, itemWidth)
        preceding = item.isAnchor ? .anchor : .item
      }
    }
    return total
  }

  /// Reads and writes something that matches or asserts; nil for something that does neither.
  private mutating func item(
    _ scalar: Unicode.Scalar, _ flags: inout Flags, nesting: Int, mayBeGlobal: Bool
  ) throws(Problem) -> (width: Width, isAnchor: Bool)? {
    switch scalar {
    case "\\":
      return try escape(flags: flags)
    case "[":
      try set(flags: flags)
    case ".":
      write(flags.dotAll ? "(?s:.)" : ".")
    case "^":
      write(flags.multiline ? "(?m:^)" : "\\A")
      return ((0, 0), true)
    case "$":
      write(flags.multiline ? "(?m:$)" : "\\Z")
      return ((0, 0), true)
    case "(":
      return try group(flags: &flags, nesting: nesting, mayBeGlobal: mayBeGlobal).map { ($0, false) }
    default:
      writeLiteral(scalar, flags)
    }
    return ((1, 1), false)
  }

  /// Skips white space or a comment of the verbose form; false if `scalar` starts neither.
  private mutating func skipVerbose(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\u{9}"..."\u{d}":
      return true
    case "#":
      while let scalar = next {
        position += 1
        if scalar == "\n" { break }
      }
      return true
    default:
      return false
    }
  }

  private static func sum(_ first: Width, _ second: Width) -> Width {
    (min(first.low + second.low, unbounded), min(first.high + second.high, unbounded))
  }

  private static func repeated(_ width: Width, _ bounds: (low: Int, high: Int?)) -> Width {
    func product(_ first: Int, _ second: Int) -> Int {
      let (value, overflow) = first.multipliedReportingOverflow(by: second)
      return overflow ? unbounded : min(value, unbounded)
    }
    let high = bounds.high.map { product(width.high, $0) } ?? (width.high > 0 ? unbounded : 0)
    return (product(width.low, bounds.low), high)
  }

  // MARK: Quantifiers

  /// Reads and writes a quantifier; nil if there is none, such as for a brace that stands for itself.
  private mutating func quantifier(_ scalar: Unicode.Scalar) throws(Problem) -> (low: Int, high: Int?)? {
    let bounds: (low: Int, high: Int?)
    switch scalar {
    case "?": bounds = (0, 1)
    case "*": bounds = (0, nil)
    case "+": bounds = (1, nil)
    case "{":
      guard let read = try braces() else { return nil }
      bounds = read
    default: return nil
    }
    write("{\(bounds.low),\(bounds.high.map(String.init) ?? "")}")
    if take("?") {
      write("?")
    } else if take("+") {
      write("+")
    }
    return bounds
  }

  private mutating func braces() throws(Problem) -> (low: Int, high: Int?)? {
    if next == "}" { return nil }
    let start = position
    let low = digits()
    let high = take(",") ? digits() : low
    guard take("}") else {
      position = start
      return nil
    }
    // PCRE2 repeats at most 65535 times.
    for digits in [low, high] where digits.count > 5 || (Int(digits) ?? 0) > 65535 {
      throw .unsupported("a repetition of more than 65535")
    }
    let bounds = (low: Int(low) ?? 0, high: Int(high))
    if let most = bounds.high, most < bounds.low { throw .invalid("min repeat greater than max repeat") }
    return bounds
  }

  private mutating func digits() -> String {
    var digits = ""
    while let scalar = next, ("0"..."9").contains(scalar) {
      digits.unicodeScalars.append(scalar)
      position += 1
    }
    return digits
  }
}
