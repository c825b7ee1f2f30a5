import Python

/// A shell command cut into its parts regardless of quotes, as Control Zero 1.13.16 does, so that no part of it can
/// hide behind them.
enum ShellCommand {
  typealias Word = ArraySlice<UInt8>

  /// The maximum nesting of substitutions.
  static let maxNesting = 128

  /// The parts between `;`, `&&`, `||` and `|`, preceded by the parts of every `$(…)` and `` `…` ``.
  ///
  /// - Returns: nil if substitutions are nested too deeply.
  static func segments(of command: Word, nesting: Int = 0) -> [Word]? {
    guard nesting <= maxNesting else { return nil }
    var segments: [Word] = []
    var outer: [UInt8] = []
    var position = command.startIndex
    while position < command.endIndex {
      let byte = command[position]
      let inner: Word
      if byte == UInt8(ascii: "$"), position + 1 < command.endIndex, command[position + 1] == UInt8(ascii: "(") {
        inner = substitution(in: command, from: position + 2)
      } else if byte == UInt8(ascii: "`") {
        inner = command[(position + 1)...].prefix { $0 != byte }
      } else {
        outer.append(byte)
        position += 1
        continue
      }
      guard let found = self.segments(of: inner, nesting: nesting + 1) else { return nil }
      segments += found
      outer.append(0x20)
      // Past the closing mark, if there is one.
      position = min(inner.endIndex + 1, command.endIndex)
    }
    return segments + split(outer[...])
  }

  private static func substitution(in command: Word, from start: Int) -> Word {
    var depth = 1
    var position = start
    while position < command.endIndex {
      switch command[position] {
      case UInt8(ascii: "$")
      where position + 1 < command.endIndex && command[position + 1] == UInt8(ascii: "("):
        depth += 1
        position += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 { return command[start..<position] }
      default:
        break
      }
      position += 1
    }
    return command[start...]
  }

  private static func split(_ text: Word) -> [Word] {
    var parts: [Word] = []
    var start = text.startIndex
    var position = start
    func close(at end: Int) {
      let part = text[start..<end]
      if !PythonSpace.stripped(part).isEmpty { parts.append(part) }
    }
    while position < text.endIndex {
      let byte = text[position]
      let isDouble = position + 1 < text.endIndex && text[position + 1] == byte
      let length: Int
      switch byte {
      case UInt8(ascii: ";"): length = 1
      case UInt8(ascii: "|"): length = isDouble ? 2 : 1
      case UInt8(ascii: "&") where isDouble: length = 2
      default: length = 0
      }
      if length == 0 {
        position += 1
      } else {
        close(at: position)
        position += length
        start = position
      }
    }
    close(at: text.endIndex)
    return parts
  }

  // MARK: Words

  /// The words of a part after the assignments it starts with.
  static func words(of segment: Word) -> ArraySlice<Word> {
    PythonSpace.words(of: segment).drop(while: isAssignment)
  }

  /// `NAME=value`.
  static func isAssignment(_ word: Word) -> Bool {
    guard let equals = word.firstIndex(of: UInt8(ascii: "=")), equals > word.startIndex else { return false }
    let name = String(decoding: word[..<equals], as: UTF8.self).unicodeScalars
    return name.first.map { $0 == "_" || PythonText.isLetter($0) } == true
      && name.allSatisfy { $0 == "_" || PythonText.isLetter($0) || PythonText.isNumeric($0) }
  }

  /// The part after the last slash, in lowercase.
  static func baseName(_ word: Word) -> [UInt8] {
    let slash = word.lastIndex(of: UInt8(ascii: "/"))
    return lowercased(slash.map { word[($0 + 1)...] } ?? word)
  }

  static func lowercased(_ word: some Collection<UInt8>) -> [UInt8] { PythonText.lowercased(Array(word)[...]) }

  /// `" ".join(words)` without a pair of quotes around the whole text.
  static func script(_ words: ArraySlice<Word>) -> Word {
    unquoted(Array(words.joined(separator: [0x20]))[...])
  }

  static func unquoted(_ text: Word) -> Word {
    let text = PythonSpace.stripped(text)
    guard text.count >= 2, let first = text.first, first == text.last,
      first == UInt8(ascii: "'") || first == UInt8(ascii: "\"")
    else { return text }
    return text.dropFirst().dropLast()
  }

  /// Whether output goes to a file: `>` or `>>` before anything but a descriptor, outside of `[[ ]]` and `(( ))`.
  static func hasRedirection(_ segment: Word) -> Bool {
    var depth = 0
    var position = segment.startIndex
    func byte(_ offset: Int) -> UInt8? { position + offset < segment.endIndex ? segment[position + offset] : nil }
    while let this = byte(0) {
      let following = byte(1)
      switch (this, following) {
      case (UInt8(ascii: "["), UInt8(ascii: "[")), (UInt8(ascii: "("), UInt8(ascii: "(")):
        depth += 1
        position += 2
      case (UInt8(ascii: "]"), UInt8(ascii: "]")), (UInt8(ascii: ")"), UInt8(ascii: ")")):
        depth = max(0, depth - 1)
        position += 2
      case (UInt8(ascii: ">"), _)
      where depth == 0 && !(position > segment.startIndex && "-=<".utf8.contains(segment[position - 1])):
        position += following == this ? 2 : 1
        while byte(0) == 0x20 || byte(0) == 0x09 { position += 1 }
        if let target = byte(0), target != UInt8(ascii: "&") { return true }
      default:
        position += 1
      }
    }
    return false
  }
}
