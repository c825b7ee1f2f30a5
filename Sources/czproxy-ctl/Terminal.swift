import ArgumentParser
import Foundation
import Wire

/// Standard output, and whether it takes color.
enum Terminal {
  enum Color: String {
    case red = "31", green = "32", yellow = "33", dim = "2"
  }

  private static let isTerminal = isatty(1) == 1

  static let hasColor =
    isTerminal && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
    && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  static func colored(_ text: String, _ color: Color) -> String {
    hasColor ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : text
  }

  static func printJSON(_ write: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.beginObject()
    write(&writer)
    writer.endObject()
    print(writer)
  }

  static func print(_ writer: JSONWriter) { printJSON(writer.bytes) }

  /// Prints JSON text on its own line: for programs as it is, for a terminal without what would control it.
  static func printJSON(_ text: some Collection<UInt8>) {
    Swift.print(isTerminal ? DisplayText.json(text) : String(decoding: text, as: UTF8.self))
  }

  /// Writes bytes as they are, after what was printed before; exits with 74 if that fails.
  static func write(_ bytes: [UInt8]) throws {
    try flush()
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    } catch {
      throw unwritable()
    }
  }

  /// Flushes what was printed; exits with 74 if that fails.
  static func flush() throws {
    guard fflush(nil) == 0 else { throw unwritable() }
  }

  private static func unwritable() -> ExitCode {
    complain("standard output can't be written")
    return ExitCode(74)
  }

  /// Prints one line on standard error. Errors and warnings go through here or ``complainOfUsage(_:)``, so that all
  /// start alike, as those of `czproxy run` do.
  static func complain(_ text: String) { printError(complaint + text) }

  /// The same for several lines, such as every error in a policy.
  static func complain(_ lines: [String]) { for line in lines { complain(line) } }

  /// Prints the parser's text about wrong usage and uncaught errors, with the start of our own lines.
  static func complainOfUsage(_ text: String) {
    let parsers = "Error: "
    printError(text.hasPrefix(parsers) ? complaint + text.dropFirst(parsers.count) : text)
  }

  private static let complaint = "czproxy: "

  /// Prints requested output that belongs on standard error, such as the findings of a scan.
  ///
  /// If it can't be written, the exit status has to do.
  static func printError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }
}
