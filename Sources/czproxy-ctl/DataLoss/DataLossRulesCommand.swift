import ArgumentParser
import DataLoss
import Wire

/// `czproxy dlp rules`
struct DataLossRulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "List the detectors, and which of a policy's rules are not used, and why.",
    discussion: """
      The built-in detectors only record what they find; a policy's rule does what its action says. Rules whose ids \
      start with `pii:` replace the built-in detectors.

      Exits with 0, with 1 if the policy can't be used.
      """)

  @OptionGroup var detectors: DetectorOptions

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let (scanner, warnings) = try detectors.load()
    switch format {
    case .text:
      for rule in scanner.rules {
        let context = rule.needsContext ? "  (only near its context words)" : ""
        let id = String(DisplayText.escaped(rule.id.utf8, limit: 64))
        print(
          "\(rule.origin.rawValue.padded(to: 11)) \(rule.action.rawValue.padded(to: 7)) \(rule.category.padded(to: 11)) \(id.padded(to: 34)) "
            + "\(DisplayText.escaped(rule.name.utf8, limit: 128))\(context)")
      }
      Terminal.complain(warnings)
    case .json:
      Terminal.printJSON { writer in
        writer.beginArray("rules")
        for rule in scanner.rules { Self.write(rule, to: &writer) }
        writer.endArray()
        writer.beginArray("warnings")
        for warning in warnings { writer.string(warning) }
        writer.endArray()
      }
    }
  }

  private static func write(_ rule: DetectionRule, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.string("id", rule.id)
    writer.string("name", rule.name)
    writer.string("category", rule.category)
    writer.string("origin", rule.origin.rawValue)
    writer.string("action", rule.action.rawValue)
    if let pattern = rule.pattern { writer.string("pattern", bytes: pattern) } else { writer.null("pattern") }
    writer.boolean("context_required", rule.needsContext)
    writer.endObject()
  }
}
