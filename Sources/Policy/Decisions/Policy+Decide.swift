extension Policy {
  /// Judges a call: the first rule that matches decides, else the default action. Total: what can't be judged is denied.
  public func decide(_ call: Call) -> Decision {
    decide(call) { evaluation in evaluation.decision() }
  }

  /// The same without the index over actions; for comparison.
  func decideByWalking(_ call: Call) -> Decision {
    decide(call) { evaluation in evaluation.decisionByWalking() }
  }

  private func decide(_ call: Call, _ evaluate: (inout Evaluation) -> Decision) -> Decision {
    guard let context = call.body.context else {
      return .unavailable(reason: "the context can't be read; give one that is smaller, or nested less deeply")
    }
    if context.isTampered, settings.defaultOnTamper != .warn { return tampered }
    switch call.body.fault {
    case nil: break
    case .emptyTool: return .unavailable(reason: "the tool has no name")
    case .missingHostTool: return .unavailable(reason: "the host's name for the tool is missing")
    case .unusableContext: return .unavailable(reason: "the context can't be used")
    case .complexCommand: return .unavailable(reason: "the command is too long or too deep to look through")
    }
    var evaluation = Evaluation(core, call.body, context)
    return evaluate(&evaluation)
  }

  private var tampered: Decision {
    .quarantined(
      settings.defaultOnTamper == .deny ? "BUNDLE_TAMPERED" : "MACHINE_QUARANTINED",
      "the policy was changed without its signature")
  }
}
