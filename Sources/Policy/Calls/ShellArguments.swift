/// Commands whose class depends on their arguments (Control Zero 1.13.16).
enum ShellArguments {
  typealias Words = ArraySlice<ShellCommand.Word>

  /// Nil where the verb is none of these, or its arguments are harmless.
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

  private static func lowercased(_ word: ShellCommand.Word) -> String {
    String(decoding: ShellCommand.lowercased(word), as: UTF8.self)
  }

  private static func ofDD(_ arguments: Words) -> ShellClass? {
    let words = arguments.map(lowercased)
    if words.contains(where: { $0.hasPrefix("of=") }) { return .fileWrite }
    return words.contains { $0.hasPrefix("if=") } ? .fileRead : nil
  }

  private static func ofDiskUtility(_ arguments: Words) -> ShellClass? {
    let destructive: Set<String> = [
      "erasedisk", "erasevolume", "eraseoptical", "zerodisk", "partitiondisk", "reformat", "secureerase", "apfs",
    ]
    return arguments.contains { destructive.contains(lowercased($0)) } ? .fileDelete : nil
  }

  /// `-n`, `--dry-run`, or `n` among the short options of one word.
  private static func isDryRun(_ word: ShellCommand.Word) -> Bool {
    if word.elementsEqual("--dry-run".utf8) { return true }
    return word.count > 1 && word.first == UInt8(ascii: "-") && word[word.startIndex + 1] != UInt8(ascii: "-")
      && word.contains(UInt8(ascii: "n"))
  }

  private static func ofRsync(_ arguments: Words) -> ShellClass? {
    if arguments.contains(where: isDryRun) { return nil }
    if arguments.contains(where: { lowercased($0).hasPrefix("--delete") }) { return .fileDelete }
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
      switch word {
      case "-t", "--list": return .fileRead
      case "-x", "-c", "--extract", "--create", "--get": return .fileWrite
      default: break
      }
      if word.hasPrefix("--") { continue }
      let letters = word.hasPrefix("-") ? word.dropFirst() : word[...]
      guard !letters.isEmpty, ShellVerbs.isLetters(Array(letters.utf8)) else { continue }
      if letters.contains("x") || letters.contains("c") { return .fileWrite }
      if letters.contains("t") { return .fileRead }
      // A first word that is no option is the archive's name.
      if !word.hasPrefix("-") { return nil }
    }
    return nil
  }

  private static func ofZip(_ arguments: Words) -> ShellClass? {
    let isListing = arguments.contains { ["-l", "-t", "-v", "--list", "--test"].contains(lowercased($0)) }
    if isListing { return .fileRead }
    return arguments.isEmpty ? nil : .fileWrite
  }

  private static func ofInterpreter(_ arguments: Words) -> ShellClass? {
    let flag = arguments.firstIndex { argument in
      let word = lowercased(argument)
      if ["-c", "-e", "-r", "--eval", "--command"].contains(word) { return true }
      return word.utf8.count > 1 && word.hasPrefix("-") && !word.hasPrefix("--")
        && word.last.map("cer".contains) == true && ShellVerbs.isLetters(Array(word.utf8.dropFirst()))
    }
    guard let flag, flag + 1 < arguments.endIndex else { return nil }
    return ShellVerbs.classOfProgram(ShellCommand.script(arguments[(flag + 1)...]))
  }
}
