/// The outcome of every rule that was consulted for a call.
///
/// The explanation names arguments but never holds their values.
public struct Explanation: Sendable {
  public enum Outcome: Sendable, Equatable {
    /// The rule is for other actions.
    case action
    case client
    case project
    case resource
    /// The first condition that turned the call away.
    case condition(name: String)
    /// The rule matches only by the name of the tool's family, which may restrict a call but not permit it.
    case suppressed
    case decides
  }

  public struct Step: Sendable {
    public let rule: RuleSummary
    public let outcome: Outcome
  }

  public let decision: Decision
  public let steps: [Step]
  /// The names under which rules were looked for.
  public let actions: [String]
}

extension Explanation {
  /// The explanation of a decision that was made without consulting each rule.
  public init(decision: Decision, of call: Call) {
    self.init(decision: decision, steps: [], actions: [String(decoding: call.subject, as: UTF8.self)])
  }
}

/// A rule as lists show it.
public struct RuleSummary: Sendable {
  /// Counted from 1.
  public let position: Int
  public let policyID: String
  public let effect: Effect
  /// The patterns as they are matched.
  public let actions: [String]
  /// The rule's line in its file, counted from 1.
  public let line: Int
}

extension Policy {
  public var summaries: [RuleSummary] { rules.indices.map { summary(of: $0) } }

  func summary(of number: Int) -> RuleSummary {
    let rule = rules[number]
    return RuleSummary(
      position: number + 1, policyID: rule.policyID, effect: rule.effect,
      actions: rule.actions.map { String(decoding: $0.canonical, as: UTF8.self) }, line: rule.line)
  }

  /// Decides a call and says how.
  public func explain(_ call: Call) -> Explanation {
    let decision = decide(call)
    let call = call.body
    let actions = call.candidates.map { String(decoding: $0.text, as: UTF8.self) }
    guard let context = call.context, call.fault == nil, decision.evaluatedRules > 0 else {
      return Explanation(decision: decision, steps: [], actions: actions)
    }
    var lookup = FieldLookup(call, context)
    var steps: [Explanation.Step] = []
    for number in rules.indices.prefix(decision.evaluatedRules) {
      let isDecider = decision.origin == .rule && number == decision.evaluatedRules - 1
      let outcome = isDecider ? .decides : outcome(of: rules[number], call, context, &lookup)
      steps.append(Explanation.Step(rule: summary(of: number), outcome: outcome))
    }
    return Explanation(decision: decision, steps: steps, actions: actions)
  }

  /// Why a rule did not decide the call.
  private func outcome(
    of rule: Rule, _ call: CallBody, _ context: ContextMembers, _ lookup: inout FieldLookup
  ) -> Explanation.Outcome {
    guard call.candidates.contains(where: { action in rule.actions.contains { $0.matches(action.text) } }) else {
      return .action
    }
    func matches(_ globs: [Glob], _ text: ContextMembers.Text) -> Bool {
      guard !globs.isEmpty else { return true }
      if case .text(let text) = text { return globs.contains { $0.matches(text) } }
      return globs.contains { $0.matches([]) }
    }
    guard matches(rule.clients, context.clientName) else { return .client }
    guard matches(rule.projects, context.projectID) else { return .project }
    if !rule.resources.isEmpty {
      guard let resource = call.resource.map({ ContextMembers.Text.text($0[...]) }) ?? context.resourceText,
        matches(rule.resources, resource)
      else { return .resource }
    }
    for condition in rule.conditions {
      switch lookup.verdict(of: condition, isDenying: rule.effect == .deny) {
      case .holds: continue
      case .undecided where rule.effect == .deny: continue
      default: return .condition(name: condition.name)
      }
    }
    return .suppressed
  }
}

extension ContextMembers {
  fileprivate var resourceText: Text? {
    if case .text = resource { return resource }
    return nil
  }
}
