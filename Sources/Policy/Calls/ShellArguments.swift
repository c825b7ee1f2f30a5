/// Commands whose class depends on their arguments (Control Zero 1.13.16).
enum ShellArguments {
  typealias Words = ArraySlice<ShellCommand.Word>

  /// Nil if the verb is not one of these, or if its arguments are harmless.
  static func classOf(_ verb: String, _ arguments: Words) -> ShellClass? {
    switch verb {
    case "dd": ofDD(arguments)
    case "diskutil": ofDiskUtility(arguments)
    case "rsync": ofRsync(arguments)
    case "git": ofGit(arguments)
    case "tar": ofTar(arguments)
    case "zip", "unzip": ofZip(arguments)
    case "python", "python3", "node", "ruby", "perl", "php": ofInterpreter(arguments)
    default: nil
    }
  }

  /// Words are compared by bytes: a combining mark (U+0301 after `of=`) would hide the text before it from a `String`.
  private static func lowercased(_ word: ShellCommand.Word) -> [UInt8] { ShellCommand.lowercased(word) }

  private static func isAny(_ word: [UInt8], of names: [String]) -> Bool {
    names.contains { word.elementsEqual($0.utf8) }
  }

  private static func ofDD(_ arguments: Words) -> ShellClass? {
    let words = arguments.map(lowercased)
    if words.contains(where: { $0.starts(with: "of=".utf8) }) { return .fileWrite }
    return words.contains { $0.starts(with: "if=".utf8) } ? .fileRead : nil
  }

  private static func ofDiskUtility(_ arguments: Words) -> ShellClass? {
    let destructive = [
      "erasedisk", "erasevolume", "eraseoptical", "zerodisk", "partitiondisk", "reformat", "secureerase", "apfs",
    ]
    return arguments.contains { isAny(lowercased($0), of: destructive) } ? .fileDelete : nil
  }

  /// `-n`, `--dry-run`, or `n` among the short options of one word.
  private static func isDryRun(_ word: ShellCommand.Word) -> Bool {
    if word.elementsEqual("--dry-run".utf8) { return true }
    return word.count > 1 && word.first == UInt8(ascii: "-") && word[word.startIndex + 1] != UInt8(ascii: "-")
      && word.contains(UInt8(ascii: "n"))
  }

  private static func ofRsync(_ arguments: Words) -> ShellClass? {
    if arguments.contains(where: isDryRun) { return nil }
    if arguments.contains(where: { lowercased($0).starts(with: "--delete".utf8) }) { return .fileDelete }
    let isRemote = arguments.contains { $0.first != UInt8(ascii: "-") && $0.contains(UInt8(ascii: ":")) }
    if isRemote { return .network }
    return arguments.isEmpty ? nil : .fileWrite
  }

  private static func ofGit(_ arguments: Words) -> ShellClass? {
    guard let (command, rest) = GitCommand.subcommand(in: arguments), command.elementsEqual("clean".utf8) else {
      return nil
    }
    return rest.contains(where: isDryRun) ? nil : .fileDelete
  }

  private static func ofTar(_ arguments: Words) -> ShellClass? {
    for argument in arguments {
      let word = lowercased(argument)
      if isAny(word, of: ["-t", "--list"]) { return .fileRead }
      if isAny(word, of: ["-x", "-c", "--extract", "--create", "--get"]) { return .fileWrite }
      if word.starts(with: "--".utf8) { continue }
      let isOption = word.first == UInt8(ascii: "-")
      let letters = isOption ? word.dropFirst() : word[...]
      guard !letters.isEmpty, ShellVerbs.isLetters(letters) else { continue }
      if letters.contains(UInt8(ascii: "x")) || letters.contains(UInt8(ascii: "c")) { return .fileWrite }
      if letters.contains(UInt8(ascii: "t")) { return .fileRead }
      // A first word that is not an option is the archive's name.
      if !isOption { return nil }
    }
    return nil
  }

  private static func ofZip(_ arguments: Words) -> ShellClass? {
    let isListing = arguments.contains { isAny(lowercased($0), of: ["-l", "-t", "-v", "--list", "--test"]) }
    if isListing { return .fileRead }
    return arguments.isEmpty ? nil : .fileWrite
  }

  private static func ofInterpreter(_ arguments: Words) -> ShellClass? {
    let flag = arguments.firstIndex { argument in
      let word = lowercased(argument)
      if isAny(word, of: ["-c", "-e", "-r", "--eval", "--command"]) { return true }
      return word.count > 1 && word[0] == UInt8(ascii: "-") && word[1] != UInt8(ascii: "-")
        && word.last.map("cer".utf8.contains) == true && ShellVerbs.isLetters(word.dropFirst())
    }
    guard let flag, flag + 1 < arguments.endIndex else { return nil }
    return ShellVerbs.classOfProgram(ShellCommand.script(arguments[(flag + 1)...]))
  }
}
