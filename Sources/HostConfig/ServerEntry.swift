/// One MCP server in the config of a host.
public struct ServerEntry: Sendable {
  /// What the host does to reach the server.
  public enum Launch: Equatable, Sendable {
    /// The host starts a program.
    case command([String])
    /// The host starts czproxy, which starts a program.
    case wrapped(Wrapping)
    /// The host connects to a URL.
    case remote
    /// The server is part of the host, which starts nothing.
    case builtIn
    /// The entry can't be used, for the given reason.
    case unusable(String)
  }

  /// czproxy in front of a server's command.
  public struct Wrapping: Equatable, Sendable {
    /// The path of czproxy.
    public let program: String
    /// The options of `czproxy run`.
    public let options: [String]
    /// The server's own command.
    public let command: [String]
  }

  public let name: String
  /// The project that the entry belongs to, in Claude Code's own file; nil if it applies to all projects.
  public let project: String?
  /// The place of the entry's name in the file.
  public let place: TextPlace
  public let launch: Launch
  /// Whether the entry has a URL, with or without a command beside it.
  public let hasURL: Bool
  /// The names of the environment variables that the host sets for the program (`env`).
  public let variables: [String]
  /// Whether the host also sets variables that are defined elsewhere: in another file (VS Code, Cursor: `envFile`), or
  /// behind an alias.
  public let hasVariablesElsewhere: Bool
  /// Whether the host splits a command into words as a shell does (Mistral Vibe), so that paths can't contain spaces.
  public let splitsCommand: Bool

  /// The places in the file that edits need.
  struct Parts: Sendable {
    /// The program: the value of `command`, or its first element if it is a list.
    let command: Range<Int>
    /// The value of `args`; nil if there is none.
    let arguments: Range<Int>?
    /// The arguments in the same list as the program, or else in `args`.
    let elements: [Range<Int>]
    /// Whether `command` is a list of the program and its arguments.
    let isList: Bool
    /// The text between two elements, including any line break.
    let separator: [UInt8]
    let missingArguments: [UInt8]
    let argumentsColon: Int?
  }

  /// Nil if the server can't be wrapped.
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

  /// The problem with an entry that has both a command and a URL: czproxy might wrap one while the host uses the other.
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

  /// The text between two elements; nil for a YAML block list whose first element is not on the line of its dash.
  private static func separator(of source: ServerSource, in bytes: [UInt8]) -> [UInt8]? {
    let first = (source.commandElements ?? source.elements)?.first?.range.lowerBound
    let hasDashes = source.commandElements == nil ? source.argumentsColon != nil : source.commandHasDashes
    if let first, hasDashes { return LineBreak.beforeDash(of: first, in: bytes) }
    return first.map { LineBreak.comma(before: $0, in: bytes) } ?? Array(", ".utf8)
  }

  /// The command of the server itself, without czproxy; nil if there is none.
  private var ownCommand: [String]? {
    switch launch {
    case .command(let command): command
    case .wrapped(let wrapping): wrapping.command
    case .remote, .builtIn, .unusable: nil
    }
  }

  /// Whether both entries are the same server, wrapped or not.
  func isSameServer(as other: ServerEntry) -> Bool {
    guard name.utf8.elementsEqual(other.name.utf8), project == other.project, hasURL == other.hasURL,
      variables == other.variables
    else { return false }
    switch (launch, other.launch) {
    case (.remote, .remote), (.builtIn, .builtIn): return true
    // The reasons may contain places, which an edit moves.
    case (.unusable, .unusable): return true
    // Without czproxy, a command beside a URL is unusable.
    case (.wrapped, .unusable(Self.bothWays)), (.unusable(Self.bothWays), .wrapped): return true
    default:
      guard let command = ownCommand, let other = other.ownCommand else { return false }
      return command.elementsEqual(other) { $0.utf8.elementsEqual($1.utf8) }
    }
  }

  /// Whether a text stays one word when a host splits it as a shell does.
  public static func isOneWord(_ text: String) -> Bool {
    text.utf8.allSatisfy { !" \t\r\n'\"\\".utf8.contains($0) }
  }

  /// Whether a command is `czproxy run`, whatever the path of czproxy.
  private static func isOurs(_ words: [String]) -> Bool {
    guard words.count > 1, words[1] == "run" else { return false }
    return words[0].utf8.split(separator: UInt8(ascii: "/")).last.map { $0.elementsEqual("czproxy".utf8) } ?? false
  }
}
