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
    abstract: "Decide cases in bulk: one JSON object a line in, one a line out.",
    discussion: """
      A case: {"mode": "hosted"|"hosted-fast"|"local", "policy": …, "tool": …, "method": …, "args": …, "context": …, \
      "client_name": …, "supports_arg_rewrite": …}. `policy` is a bundle's payload where `mode` is hosted, as without one; \
      for local it is a local policy: an object, or its text in YAML. `policy` and `tool` have to be there.

        {"mode": "local", "policy": {"rules": [{"allow": "fs"}]}, "tool": "fs", "method": "read_file"}

      Exits with 0 whatever the decisions are, and with 1 for a line that is no case.
      """)

  @Argument(help: "A file of cases; stdin without.")
  var file: String?

  func run() throws {
    let input = try InputFile.read(file)
    var isComplete = true
    // Many cases with one policy must not wait for it to be loaded each time.
    var last: (mode: PolicyCase.Mode, source: [UInt8], policy: Policy)?
    var output: [UInt8] = []
    let lines = input.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.isEmpty {
      var writer = JSONWriter()
      writer.beginObject()
      do throws(PolicyCase.Malformed) {
        let testCase = try PolicyCase(parsing: line)
        writer.key("name")
        writer.string(bytes: testCase.name)
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
        writer.key("error")
        writer.string(error.description)
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
      if let masked = testCase.arguments(with: judgement.dataLoss.edits) {
        writer.key("masked_args")
        writer.raw(masked)
      }
    }
    writer.key("evaluation_time_ns")
    writer.integer(elapsed.components.attoseconds / 1_000_000_000 + elapsed.components.seconds * 1_000_000_000)
  }
}
