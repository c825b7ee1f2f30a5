import ArgumentParser
import DataLoss
import Foundation
import Policy
import Relay
import System
import Wire

/// `czproxy dlp scan`
struct DataLossScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Look for sensitive values in a text.",
    discussion: """
      detect  lists what was found by line and column, never the value
      mask    prints the text with every value replaced by [REDACTED-…]
      block   prints the text only where nothing was found

        git diff | czproxy dlp scan --credentials --action block | mail …

      Exits with 0, with 3 where --action block found something, and with 1 for what can't be read or scanned.
      """)

  @OptionGroup var detectors: DetectorOptions

  @Option(help: "What to do about what is found.")
  var action = Action.detect

  enum Action: String, ExpressibleByArgument, CaseIterable {
    case detect, mask, block
  }

  @Option(help: "text or json.")
  var format = OutputFormat.text

  @Argument(help: "A file; stdin without.")
  var file: String?

  private static let maxBytes = 64 << 20

  func run() throws {
    let (scanner, _) = try detectors.load()
    let text = try read()
    let outcome: TextScanner.Outcome
    do throws(TextScanner.Failure) {
      outcome = try TextScanner(scanner).scan(text)
    } catch {
      Terminal.complain("the text can't be scanned, so it may hold anything: \(error)")
      throw ExitCode(1)
    }
    let isBlocked = action == .block && !outcome.places.isEmpty
    switch format {
    case .json:
      printJSON(outcome, of: text)
    case .text:
      switch action {
      case .detect: for line in lines(outcome, of: text) { print(line) }
      case .mask: try Terminal.write(outcome.masked)
      case .block where isBlocked: for line in lines(outcome, of: text) { Terminal.printError(line) }
      case .block: try Terminal.write(text)
      }
    }
    if isBlocked { throw ExitCode(3) }
  }

  private func read() throws -> [UInt8] {
    let data: Data
    do {
      let handle = try file.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) } ?? .standardInput
      data = try handle.read(upToCount: Self.maxBytes + 1) ?? Data()
    } catch {
      Terminal.complain("can't read \(file.map { "`\($0)`" } ?? "standard input"): \(Self.reason(of: error))")
      throw ExitCode(1)
    }
    guard data.count <= Self.maxBytes else {
      Terminal.complain("the text is larger than \(Self.maxBytes) bytes: split it")
      throw ExitCode(1)
    }
    return [UInt8](data)
  }

  /// What the system said, below what Foundation makes of it.
  private static func reason(of error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    guard underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return SystemError("read", Int32(truncatingIfNeeded: underlying.code)).reason
  }

  private func lines(_ outcome: TextScanner.Outcome, of text: [UInt8]) -> [String] {
    var index = Position(text)
    return outcome.places.map { place in
      let (line, column) = index.advance(to: place.range.lowerBound)
      let id = DisplayText.escaped(place.rule.id.utf8, limit: 64)
      let name = DisplayText.escaped(place.rule.name.utf8, limit: 128)
      return "\(file ?? "-"):\(line):\(column): \(id): \(name) (\(place.rule.category), \(place.range.count) bytes)"
    }
  }

  private func printJSON(_ outcome: TextScanner.Outcome, of text: [UInt8]) {
    var index = Position(text)
    Terminal.printJSON { writer in
      writer.key("findings")
      writer.beginArray()
      for place in outcome.places {
        let (line, column) = index.advance(to: place.range.lowerBound)
        writer.beginObject()
        writer.key("rule_id")
        writer.string(place.rule.id)
        writer.key("rule_name")
        writer.string(place.rule.name)
        writer.key("category")
        writer.string(place.rule.category)
        writer.key("line")
        writer.integer(line)
        writer.key("column")
        writer.integer(column)
        writer.key("bytes")
        writer.integer(place.range.count)
        writer.endObject()
      }
      writer.endArray()
      writer.key("blocked")
      writer.boolean(action == .block && !outcome.places.isEmpty)
      if action == .mask {
        writer.key("text")
        writer.string(bytes: outcome.masked)
      }
    }
  }
}

/// Line and column of ascending offsets, both counted from 1, columns in bytes.
private struct Position {
  private let text: [UInt8]
  private var offset = 0
  private var line = 1
  private var lineStart = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  mutating func advance(to target: Int) -> (line: Int, column: Int) {
    while offset < target {
      if text[offset] == UInt8(ascii: "\n") {
        line += 1
        lineStart = offset + 1
      }
      offset += 1
    }
    return (line, target - lineStart + 1)
  }
}
