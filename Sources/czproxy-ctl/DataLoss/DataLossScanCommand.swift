import ArgumentParser
import DataLoss
import Foundation
import Wire

/// `czproxy dlp scan`
struct DataLossScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Look for sensitive values in a text.",
    discussion: """
      detect  lists each finding by line and column, never its value
      mask    prints the text with each value replaced by [REDACTED-…]
      block   prints the text only if nothing was found

        git diff | czproxy dlp scan --credentials --action block | mail …

      Exits with 0, with 3 if --action block found something, with 1 if the text can't be read or scanned, or the policy \
      can't be used.
      """)

  @OptionGroup var detectors: DetectorOptions

  @Option(help: "What to do about findings.")
  var action = Action.detect

  enum Action: String, ExpressibleByArgument, CaseIterable {
    case detect, mask, block
  }

  @Option(help: "text or json.")
  var format = OutputFormat.text

  @Argument(help: "A file (default: standard input).")
  var file: String?

  func run() throws {
    let (scanner, _) = try detectors.load()
    let text = try InputFile.read(file)
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

  private func lines(_ outcome: TextScanner.Outcome, of text: [UInt8]) -> [String] {
    let index = LineIndex(text[...])
    return outcome.places.map { place in
      let (line, column) = index.place(of: place.range.lowerBound)
      let id = DisplayText.escaped(place.rule.id.utf8, limit: 64)
      let name = DisplayText.escaped(place.rule.name.utf8, limit: 128)
      return "\(file ?? "-"):\(line):\(column): \(id): \(name) (\(place.rule.category), \(place.range.count) bytes)"
    }
  }

  private func printJSON(_ outcome: TextScanner.Outcome, of text: [UInt8]) {
    let index = LineIndex(text[...])
    Terminal.printJSON { writer in
      writer.beginArray("findings")
      for place in outcome.places {
        let (line, column) = index.place(of: place.range.lowerBound)
        writer.beginObject()
        writer.string("rule_id", place.rule.id)
        writer.string("rule_name", place.rule.name)
        writer.string("category", place.rule.category)
        writer.integer("line", line)
        writer.integer("column", column)
        writer.integer("bytes", place.range.count)
        writer.endObject()
      }
      writer.endArray()
      writer.boolean("blocked", action == .block && !outcome.places.isEmpty)
      if action == .mask {
        writer.string("text", bytes: outcome.masked)
      }
    }
  }
}
