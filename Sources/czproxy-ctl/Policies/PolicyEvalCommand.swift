import ArgumentParser
import DataLoss
import Foundation
import Policy
import Relay
import Wire

/// `czproxy policy eval`
struct PolicyEvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Decide calls in bulk: one JSON object per line in, one per line out.",
    discussion: """
      A case is {"mode": "hosted"|"hosted-fast"|"local", "policy": …, "tool": …, "method": …, "args": …, "context": …, \
      "client_name": …, "supports_arg_rewrite": …}; `policy` and `tool` are required. In the hosted modes (the default) \
      `policy` is the payload of a bundle; in local mode it is a local policy: an object, or a string with its YAML.

        {"mode":"local","policy":{"rules":[{"allow":"fs"}]},"tool":"fs"}

      Exits with 0 whatever the decisions, with 1 if a line is not a case.
      """)

  @Argument(help: "A file of cases (default: standard input).")
  var file: String?

  func run() throws {
    let input = try InputFile.read(file)
    var isComplete = true
    // Successive cases with the same policy load it only once.
    var last: (mode: PolicyCase.Mode, source: [UInt8], policy: Policy)?
    var output: [UInt8] = []
    let lines = input.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.isEmpty {
      var writer = JSONWriter()
      writer.beginObject()
      do throws(PolicyCase.Malformed) {
        let testCase = try PolicyCase(parsing: line)
        writer.string("name", bytes: testCase.name)
        do throws(PolicyError) {
          let source = testCase.policySource
          if last?.source != source || last?.mode != testCase.mode {
            last = (testCase.mode, source, try testCase.load())
          }
          if let policy = last?.policy { decide(testCase, policy, &writer) }
        } catch {
          last = nil
          writer.key("load_error")
          error.write(to: &writer)
        }
      } catch {
        Terminal.complain("line \(number + 1): \(error)")
        writer.string("error", error.description)
        isComplete = false
      }
      writer.endObject()
      output += writer.bytes + [0x0a]
    }
    try Terminal.write(output)
    if !isComplete { throw ExitCode(1) }
  }

  private func decide(_ testCase: PolicyCase, _ policy: Policy, _ writer: inout JSONWriter) {
    let call = testCase.call(for: policy, files: LocalFileSystem())
    let clock = ContinuousClock()
    var judgement: Judgement?
    let elapsed = clock.measure { judgement = testCase.judge(call, by: policy) }
    if let judgement {
      judgement.decision.writeMembers(of: call, to: &writer)
      writer.key("dlp")
      judgement.dataLoss.write(to: &writer)
      if let masked = testCase.arguments(with: judgement.dataLoss.edits) { writer.raw("masked_args", masked) }
    }
    writer.integer(
      "evaluation_time_ns", elapsed.components.attoseconds / 1_000_000_000 + elapsed.components.seconds * 1_000_000_000)
  }
}
