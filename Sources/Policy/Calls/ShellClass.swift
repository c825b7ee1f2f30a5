import Python

/// What a shell command does to files and the network, judged by its verbs; the worst counts (Control Zero 1.13.16).
enum ShellClass: Int, Comparable {
  // The most harmful first.
  case fileDelete, network, fileWrite, fileRead

  var name: String {
    switch self {
    case .fileDelete: "file_delete"
    case .network: "network"
    case .fileWrite: "file_write"
    case .fileRead: "file_read"
    }
  }

  static func < (left: ShellClass, right: ShellClass) -> Bool { left.rawValue < right.rawValue }

  /// The command can't be examined in bounded time.
  struct TooComplex: Error {}

  /// The longest command that is examined, in bytes; the SDK denies longer arguments in any case.
  static let maxCommandBytes = 1 << 20

  private static let maxUnwrapping = 5

  /// Nil if nothing in the command is known.
  static func of(_ command: ArraySlice<UInt8>) throws(TooComplex) -> ShellClass? {
    guard command.count <= maxCommandBytes else { throw TooComplex() }
    return try of(command, depth: 0)
  }

  private static func of(_ command: ArraySlice<UInt8>, depth: Int) throws(TooComplex) -> ShellClass? {
    guard depth <= maxUnwrapping, !PythonSpace.stripped(command).isEmpty else { return nil }
    var worst = worse(ShellVerbs.classOfLine(ShellCommand.lowercased(command)), try classOfInlineProgram(command))
    guard let segments = ShellCommand.segments(of: command) else { throw TooComplex() }
    for segment in segments { worst = worse(worst, try ofSegment(segment, depth: depth)) }
    return worst
  }

  private static func worse(_ first: ShellClass?, _ second: ShellClass?) -> ShellClass? {
    guard let first else { return second }
    return second.map { min(first, $0) } ?? first
  }

  private static func ofSegment(_ segment: ArraySlice<UInt8>, depth: Int) throws(TooComplex) -> ShellClass? {
    let redirected: ShellClass? = ShellCommand.hasRedirection(segment) ? .fileWrite : nil
    var words = ShellCommand.words(of: segment)
    // The maximum number of wrappers, such as `sudo` and `env`, to remove.
    for _ in 0..<8 {
      guard let first = words.first else { break }
      let verb = String(decoding: ShellVerbs.canonical(ShellCommand.baseName(first)), as: UTF8.self)
      if let script = ShellVerbs.script(ofLauncher: verb, words) {
        guard let script, depth < maxUnwrapping else { return redirected }
        return worse(redirected, try of(script, depth: depth + 1))
      }
      if verb == "find" { return worse(redirected, try ofFind(words, depth: depth)) }
      if ShellVerbs.wrappers.contains(verb) {
        words = ShellVerbs.behindWrapper(words.dropFirst())
        continue
      }
      return worse(redirected, ShellArguments.classOf(verb, words.dropFirst()) ?? ShellVerbs.classes[verb])
    }
    return redirected
  }

  private static func ofFind(_ words: ArraySlice<ShellCommand.Word>, depth: Int) throws(TooComplex) -> ShellClass? {
    if words.contains(where: { $0.elementsEqual("-delete".utf8) }) { return .fileDelete }
    for flag in ["-exec", "-execdir"] {
      guard let place = words.firstIndex(where: { $0.elementsEqual(flag.utf8) }) else { continue }
      let inner = words[(place + 1)...].prefix { word in
        ![";", "\\;", "+"].contains { word.elementsEqual($0.utf8) }
      }
      guard !inner.isEmpty, depth < maxUnwrapping else { continue }
      return try ofSegment(Array(inner.joined(separator: [0x20]))[...], depth: depth + 1)
    }
    return nil
  }

  /// The class of a program on an interpreter's command line. The whole line is searched, since such programs are full
  /// of command separators.
  private static func classOfInlineProgram(_ command: ArraySlice<UInt8>) throws(TooComplex) -> ShellClass? {
    guard let pattern = inlineProgram else { throw TooComplex() }
    switch pattern.endOfFirstMatch(in: command) {
    case .end(let end): return ShellVerbs.classOfProgram(ShellCommand.unquoted(command[end...]))
    case .noMatch: return nil
    case .undecided: throw TooComplex()
    }
  }

  private static let inlineProgram = try? PatternMatcher(
    #"(?:^|[\s|;&(])(?:[\w./-]*/)?(?:python[0-9.]*|node|ruby|perl|php)\s+(?:-[A-Za-z]*[cerE]|--eval|--command)(?=\s|$)"#
      .utf8,
    ignoresCase: false)
}
