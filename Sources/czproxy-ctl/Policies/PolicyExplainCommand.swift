import ArgumentParser
import Policy
import Wire

/// `czproxy policy explain`
struct PolicyExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show how a policy reaches its decision: each rule, and why it did not match.",
    discussion: "Exits like `czproxy policy test`. Names the arguments, and never shows their values.")

  @OptionGroup var question: PolicyQuestion

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let call = try question.call()
    let (policy, file) = try question.loadPolicy()
    let onMethod = question.decisionOnMethod(of: call, by: policy)
    let explanation = onMethod.map { Explanation(decision: $0, of: call) } ?? policy.explain(call)
    switch format {
    case .text: printText(explanation, call, file)
    case .json: printJSON(explanation, call)
    }
    switch explanation.decision.effect {
    case .allow, .audit: break
    case .deny, .warn: throw ExitCode(3)
    }
  }

  private func printText(_ explanation: Explanation, _ call: Call, _ file: String) {
    let decision = explanation.decision
    print("subject: \(DisplayText.escaped(call.subject))")
    print("matched against: \(explanation.actions.map { DisplayText.escaped($0.utf8) }.joined(separator: ", "))")
    print("")
    for step in explanation.steps {
      let rule = step.rule
      let actions = rule.actions.map { DisplayText.escaped($0.utf8) }.joined(separator: ", ")
      print(
        "\(rule.position). \(file):\(rule.line): \(rule.effect.rawValue) \(actions) "
          + "(\(DisplayText.escaped(rule.policyID.utf8))): \(words(step.outcome))")
    }
    print("")
    print("DECISION: \(decision.effect.rawValue.uppercased())")
    print("matched: \(DisplayText.escaped(decision.policyID.utf8)) (\(decision.reasonCode))")
    print("reason:  \(DisplayText.escaped(decision.reason.utf8))")
    for doubt in decision.doubts { print("doubt:   \(DisplayText.escaped(doubt.utf8))") }
  }

  private func words(_ outcome: Explanation.Outcome) -> String {
    switch outcome {
    case .action: "other actions"
    case .client: "another client"
    case .project: "another project"
    case .resource: "another resource"
    case .condition(let name): "the condition on `\(DisplayText.escaped(name.utf8))` does not hold"
    case .suppressed: "matches by the tool's family only, which can't open what was closed"
    case .decides: "decides"
    }
  }

  private func printJSON(_ explanation: Explanation, _ call: Call) {
    Terminal.printJSON { writer in
      writer.beginObject("decision")
      explanation.decision.writeMembers(of: call, to: &writer)
      writer.endObject()
      writer.beginArray("actions")
      for action in explanation.actions { writer.string(action) }
      writer.endArray()
      writer.beginArray("rules")
      for step in explanation.steps {
        writer.beginObject()
        writer.integer("position", step.rule.position)
        writer.integer("line", step.rule.line)
        writer.string("policy_id", step.rule.policyID)
        writer.string("effect", step.rule.effect.rawValue)
        writer.key("outcome")
        switch step.outcome {
        case .action: writer.string("action")
        case .client: writer.string("client")
        case .project: writer.string("project")
        case .resource: writer.string("resource")
        case .condition: writer.string("condition")
        case .suppressed: writer.string("suppressed")
        case .decides: writer.string("decides")
        }
        if case .condition(let name) = step.outcome { writer.string("condition", name) }
        writer.endObject()
      }
      writer.endArray()
    }
  }
}
