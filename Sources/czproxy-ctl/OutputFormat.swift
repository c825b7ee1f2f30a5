import ArgumentParser
import Foundation
import Wire

/// How a command prints.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// Standard output, and whether it takes colour.
enum Terminal {
  enum Colour: String {
    case red = "31", green = "32", yellow = "33", dim = "2"
  }

  static let hasColour =
    isatty(1) == 1 && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
    && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  static func coloured(_ text: String, _ colour: Colour) -> String {
    hasColour ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
  }

  static func printJSON(_ write: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.beginObject()
    write(&writer)
    writer.endObject()
    print(writer)
  }

  static func print(_ writer: JSONWriter) {
    Swift.print(String(decoding: writer.bytes, as: UTF8.self))
  }

  static func complain(_ text: String) { printError("czproxy: \(text)") }

  static func printError(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}

/// Where the state is, for every command that reads or writes it.
struct StateOptions: ParsableArguments {
  @Option(
    name: .customLong("state-dir"), help: "Where records are kept (default: $CONTROLZERO_HOME, else ~/.controlzero).")
  var directory: String?
}
