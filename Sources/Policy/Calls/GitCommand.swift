/// Git and cloud-tool commands within a shell command, as actions that a policy can name (Control Zero 1.13.16).
enum GitCommand {
  typealias Words = ArraySlice<ShellCommand.Word>

  /// `git_push:main`, `aws:s3`: the first Git command and the first cloud command of all segments.
  static func actions(in segments: [ShellCommand.Word]) -> [[UInt8]] {
    var actions: [[UInt8]] = []
    if let git = gitAction(in: segments) { actions.append(git) }
    if let cloud = cloudAction(in: segments), !actions.contains(cloud) { actions.append(cloud) }
    return actions
  }

  private static func gitAction(in segments: [ShellCommand.Word]) -> [UInt8]? {
    for segment in segments {
      let words = ShellCommand.words(of: segment)
      guard let verb = words.first, ShellCommand.baseName(verb).elementsEqual("git".utf8) else { continue }
      guard let (command, operands) = subcommand(in: words.dropFirst()) else { return nil }
      let target = target(of: command, operands)
      return Array("git_".utf8) + command + Array(":".utf8) + (target.isEmpty ? Array("*".utf8) : target)
    }
    return nil
  }

  private static func cloudAction(in segments: [ShellCommand.Word]) -> [UInt8]? {
    for segment in segments {
      let words = ShellCommand.words(of: segment)
      guard let verb = words.first.map(ShellCommand.baseName),
        ["aws", "gcloud", "kubectl"].contains(where: { verb.elementsEqual($0.utf8) })
      else { continue }
      guard let command = words.dropFirst().first, command.first != UInt8(ascii: "-") else { return nil }
      return verb + Array(":".utf8) + ShellCommand.lowercased(command)
    }
    return nil
  }

  /// The first word that is not one of git's own options, in lowercase, and the words after it.
  static func subcommand(in words: Words) -> (command: [UInt8], operands: Words)? {
    var rest = words
    while let word = rest.first {
      rest = rest.dropFirst()
      guard word.first == UInt8(ascii: "-") else { return (ShellCommand.lowercased(word), rest) }
      if word.elementsEqual("-C".utf8) || word.elementsEqual("-c".utf8) { rest = rest.dropFirst() }
    }
    return nil
  }

  private static func target(of command: [UInt8], _ operands: Words) -> [UInt8] {
    func isAny(_ word: some Sequence<UInt8>, of names: [String]) -> Bool {
      names.contains { word.elementsEqual($0.utf8) }
    }
    if isAny(command, of: ["checkout", "switch"]),
      let flag = operands.firstIndex(where: { isAny($0, of: ["-b", "-B", "-c", "-C"]) })
    {
      return operands.dropFirst(flag + 1 - operands.startIndex).first.map(destination) ?? []
    }
    let places = operands.prefix { !$0.elementsEqual("--".utf8) }.filter { $0.first != UInt8(ascii: "-") }
    // These commands name a remote first.
    let place = isAny(command, of: ["push", "pull", "fetch"]) ? places.dropFirst().first : places.first
    return place.map(destination) ?? []
  }

  /// The target of a push: `dst` of `src:dst`, without the `+` that forces it.
  private static func destination(_ reference: ShellCommand.Word) -> [UInt8] {
    let colon = reference.lastIndex(of: UInt8(ascii: ":"))
    let place = colon.map { reference[($0 + 1)...] } ?? reference
    return Array(place.first == UInt8(ascii: "+") ? place.dropFirst() : place)
  }
}
