import Wire

/// A word of a command line for people to paste.
enum ShellWord {
  /// The word, quoted for a POSIX shell if necessary.
  static func quoted(_ word: String) -> String {
    guard word.isEmpty || !word.utf8.allSatisfy(isPlain) else { return word }
    return "'" + word.replacing("'", with: #"'\''"#) + "'"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || "/._-+,:@".utf8.contains(byte)
  }
}
