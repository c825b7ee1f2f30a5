/// One MCP server in the config of a host.
public struct ServerEntry: Sendable {
  /// What the host does to reach the server.
  public enum Launch: Equatable, Sendable {
    /// It starts a program.
    case command([String])
    /// It starts czproxy, which starts a program.
    case wrapped(Wrapping)
    /// It talks to a URL.
    case remote
    /// It starts nothing: the server is a part of it.
    case builtIn
    /// Nothing that can be told, and why.
    case unusable(String)
  }

  /// czproxy in front of a server's command.
  public struct Wrapping: Equatable, Sendable {
    /// The path of czproxy.
    public let program: String
    /// Of `czproxy run`.
    public let options: [String]
    /// The server's own.
    public let command: [String]
  }

  public let name: String
  /// The project that the entry is for, as in Claude Code's own file; nil for all.
  public let project: String?
  /// Of its name in the file.
  public let place: TextPlace
  public let launch: Launch
  /// Whether it says where a server is on the network, beside a command too.
  public let hasURL: Bool
  /// The names in its `env`: what the host puts into the environment of the program.
  public let variables: [String]
  /// Whether it puts there what stands elsewhere too: in another file (VS Code, Cursor: `envFile`), behind an alias.
  public let hasVariablesElsewhere: Bool
  /// Whether the host divides a command into words as a shell does (Mistral Vibe), so that a path in it may have no space.
  public let splitsCommand: Bool

  /// Where what matters stands in the file.
  struct Parts: Sendable {
    /// The program: the value of `command`, or the first element of one that is a list.
    let command: Range<Int>
    /// The value of `args`; nil where there is none.
    let arguments: Range<Int>?
    /// What follows the program in the list that it is in, or else in `args`.
    let elements: [Range<Int>]
    /// Whether the program stands in a list with its arguments.
    let isList: Bool
    /// What divides the elements: where each has a line of its own, that too.
    let separator: [UInt8]
    let missingArguments: [UInt8]
    let argumentsColon: Int?
  }

  /// Nil where nothing can be wrapped.
  let parts: Parts?

  init(name: String, project: String? = nil, place: TextPlace, _ source: ServerSource, in bytes: [UInt8]) {
    self.name = name
    self.project = project
    self.place = place
    hasURL = source.hasURL
    variables = source.variables
    hasVariablesElsewhere = source.hasVariablesElsewhere
    splitsCommand = source.splitsCommand && source.commandElements == nil
    (launch, parts) = Self.read(source, in: bytes)
  }

  /// What is wrong with a command that has a URL beside it: what czproxy stands in front of must be what the host reaches.
  public static let bothWays = "it has a `command` and a URL: hosts differ in which counts"

  private static func read(_ source: ServerSource, in bytes: [UInt8]) -> (Launch, Parts?) {
    if let problem = source.problem { return (.unusable(problem), nil) }
    if source.isBuiltIn { return (.builtIn, nil) }
    guard let command = source.command else {
      let isStdio = source.type ?? "stdio" == "stdio"
      return (isStdio && !source.hasURL ? .unusable("it has no `command`") : .remote, nil)
    }
    guard let first = source.commandElements.map(\.first) ?? command, let program = first.text, !program.isEmpty else {
      return (.unusable("its `command` is not a string"), nil)
    }
    guard let arguments = source.elements else { return (.unusable("its `args` is not a list"), nil) }
    if source.splitsCommand, source.commandElements == nil, !isOneWord(program) {
      return (.unusable("its `command` is more than a program, which its host divides: write it as a list"), nil)
    }
    let elements = source.commandElements.map { Array($0.dropFirst()) } ?? arguments
    let text = { (value: ServerSource.Value) in value.text ?? String(decoding: bytes[value.range], as: UTF8.self) }
    let words = [program] + elements.map(text)
    let behind = source.commandElements == nil ? [] : arguments.map(text)
    guard let separator = separator(of: source, in: bytes) else {
      return (.unusable("the first value of its list does not stand behind its dash"), nil)
    }
    let parts = Parts(
      command: first.range, arguments: source.arguments, elements: elements.map(\.range),
      isList: source.commandElements != nil, separator: separator, missingArguments: source.missingArguments,
      argumentsColon: source.argumentsColon)
    guard isOurs(words) else { return source.hasURL ? (.unusable(bothWays), nil) : (.command(words + behind), parts) }
    guard let end = words.firstIndex(of: "--"), end + 1 < words.count,
      elements.prefix(end + 1).allSatisfy({ $0.text != nil })
    else { return (.unusable("czproxy stands there without the command of a server"), nil) }
    let wrapping = Wrapping(program: program, options: Array(words[2..<end]), command: words[(end + 1)...] + behind)
    return (.wrapped(wrapping), parts)
  }

  /// Nil where a list has dashes that can't be repeated.
  private static func separator(of source: ServerSource, in bytes: [UInt8]) -> [UInt8]? {
    let first = (source.commandElements ?? source.elements)?.first?.range.lowerBound
    let hasDashes = source.commandElements == nil ? source.argumentsColon != nil : source.commandHasDashes
    if let first, hasDashes { return LineBreak.beforeDash(of: first, in: bytes) }
    return first.map { LineBreak.comma(before: $0, in: bytes) } ?? Array(", ".utf8)
  }

  /// What the host starts in the end; nil where it starts nothing, or nothing that can be told.
  private var ownCommand: [String]? {
    switch launch {
    case .command(let command): command
    case .wrapped(let wrapping): wrapping.command
    case .remote, .builtIn, .unusable: nil
    }
  }

  /// Whether both are one server, be it wrapped or not.
  func isSameServer(as other: ServerEntry) -> Bool {
    guard name.utf8.elementsEqual(other.name.utf8), project == other.project, hasURL == other.hasURL,
      variables == other.variables
    else { return false }
    switch (launch, other.launch) {
    case (.remote, .remote), (.builtIn, .builtIn): return true
    // Why may say where, and that moves.
    case (.unusable, .unusable): return true
    // Without czproxy, a command that has a URL beside it can't be told from what the host starts.
    case (.wrapped, .unusable(Self.bothWays)), (.unusable(Self.bothWays), .wrapped): return true
    default:
      guard let command = ownCommand, let other = other.ownCommand else { return false }
      return command.elementsEqual(other) { $0.utf8.elementsEqual($1.utf8) }
    }
  }

  /// Whether a text stays one word where a host divides it as a shell does.
  public static func isOneWord(_ text: String) -> Bool {
    text.utf8.allSatisfy { !" \t\r\n'\"\\".utf8.contains($0) }
  }

  /// Whether a command is ours: a program of our name, that is told to `run`.
  private static func isOurs(_ words: [String]) -> Bool {
    guard words.count > 1, words[1] == "run" else { return false }
    return words[0].utf8.split(separator: UInt8(ascii: "/")).last.map { $0.elementsEqual("czproxy".utf8) } ?? false
  }
}
