import ArgumentParser
import Foundation
import Wire

/// Standard output and standard error of a command.
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
    printJSON(writer.bytes)
  }

  /// Prints JSON text on its own line; at a terminal, with control characters escaped.
  static func printJSON(_ text: some Collection<UInt8>) {
    Swift.print(isTerminal ? DisplayText.json(text) : String(decoding: text, as: UTF8.self))
  }

  /// Writes bytes unchanged, after flushing earlier output; exits with 74 if that fails.
  static func write(_ bytes: [UInt8]) throws {
    try flush()
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    } catch {
      throw unwritable()
    }
  }

  /// Flushes standard output; exits with 74 if that fails.
  static func flush() throws {
    guard fflush(nil) == 0 else { throw unwritable() }
  }

  private static func unwritable() -> ExitCode {
    complain("standard output can't be written")
    return ExitCode(74)
  }

  /// Prints one line on standard error. All errors and warnings go through this method or ``complainOfUsage(_:)``, so that
  /// they start with `czproxy: `, like those of `czproxy run`.
  static func complain(_ text: String) { printError(complaint + text) }

  /// The same for several lines, such as every error in a policy.
  static func complain(_ lines: [String]) { for line in lines { complain(line) } }

  /// Prints ArgumentParser's text about wrong usage and uncaught errors, with our own prefix.
  static func complainOfUsage(_ text: String) {
    let parsers = "Error: "
    printError(text.hasPrefix(parsers) ? complaint + text.dropFirst(parsers.count) : text)
  }

  private static let complaint = "czproxy: "

  /// Prints requested output that belongs on standard error, such as the findings of a scan. Errors are ignored: the exit
  /// status still tells the outcome.
  static func printError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }
}
