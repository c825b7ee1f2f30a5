/// Advice on libyaml's errors: patterns are full of characters that have a meaning in YAML.
package enum YAMLHint {
  package static let star = "a text that begins with `*` stands in quotes"

  /// - Parameters:
  ///   - problem: libyaml's message.
  ///   - line: the line of the problem, from 0.
  ///   - column: its column, in characters from 0.
  static func text(about problem: String, in bytes: ArraySlice<UInt8>, line: Int, column: Int) -> String? {
    switch problem {
    case "found character that cannot start any token":
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      guard line < lines.count else { return nil }
      let found = String(decoding: lines[line], as: UTF8.self).unicodeScalars.dropFirst(column).first
      return found == "\t" ? "indent by spaces, not by tabs" : "a text that begins with it stands in quotes"
    case "did not find expected alphabetic or numeric character":
      return star
    case "mapping values are not allowed in this context":
      return "a text that holds `: ` stands in quotes, and keys of one mapping are indented alike"
    default:
      return nil
    }
  }
}
