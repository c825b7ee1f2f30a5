import ArgumentParser
import DataLoss
import Policy
import Wire

/// `czproxy policy test`
struct PolicyTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Tell what a policy decides about a call.",
    discussion:
      "Exits with 0 when the call is allowed, 3 when it is denied or warned of, 1 for a policy that can't be used, "
      + "2 for arguments or a schema that are no JSON object.")

  @OptionGroup var question: PolicyQuestion

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let call = try question.call()
    let policy = try question.loadPolicy()
    let explanation = policy.explain(call)
    let judgement = policy.judge(call)
    let decision = question.decisionOnMethod(of: call, by: policy) ?? judgement.decision
    switch format {
    case .text:
      let (tool, method) = question.subject
      print("tool:    \(DisplayText.escaped(tool.utf8))")
      print("method:  \(DisplayText.escaped((method ?? "*").utf8))")
      print("args:    \(DisplayText.escaped(question.arguments.utf8))")
      print("subject: \(DisplayText.escaped(call.subject))")
      print("matched against: \(explanation.actions.map { DisplayText.escaped($0.utf8) }.joined(separator: ", "))")
      print("")
      print("DECISION: \(decision.effect.rawValue.uppercased())")
      print("matched: \(DisplayText.escaped(decision.policyID.utf8))")
      print("reason:  \(DisplayText.escaped(decision.reason.utf8))")
      print("dlp:     \(judgement.dataLoss.status.rawValue) (\(judgement.dataLoss.reason))")
      for total in judgement.dataLoss.findings.totals {
        print("         \(total.action.rawValue) \(DisplayText.escaped(total.ruleID.utf8)), \(total.count) times")
      }
      for doubt in decision.doubts { print("doubt:   \(DisplayText.escaped(doubt.utf8))") }
    case .json:
      var writer = JSONWriter()
      writer.beginObject()
      decision.writeMembers(of: call, to: &writer)
      writer.key("dlp")
      judgement.dataLoss.write(to: &writer)
      writer.endObject()
      Terminal.print(writer)
    }
    switch decision.effect {
    case .allow, .audit: break
    case .deny, .warn: throw ExitCode(3)
    }
  }
}
