import ArgumentParser
import DataLoss
import Policy
import Wire

/// `czproxy policy test`
struct PolicyTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Show what a policy decides about a call.",
    discussion:
      "Exits with 0 if the call is allowed, with 3 if it is denied or warned about, with 1 if the policy can't be used, "
      + "with 2 if the arguments or the schema are not a JSON object.")

  @OptionGroup var question: PolicyQuestion

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let call = try question.call()
    let policy = try question.loadPolicy().policy
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
      Terminal.printJSON { writer in
        decision.writeMembers(of: call, to: &writer)
        writer.key("dlp")
        judgement.dataLoss.write(to: &writer)
      }
    }
    switch decision.effect {
    case .allow, .audit: break
    case .deny, .warn: throw ExitCode(3)
    }
  }
}
