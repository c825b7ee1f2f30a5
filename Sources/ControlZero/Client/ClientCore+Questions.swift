internal import DataLoss
internal import Policy

/// Decisions that the program itself acts on.
extension ClientCore {
  func evaluate(
    _ tool: String, _ method: String, _ arguments: JSONObject, _ context: CallContext
  ) throws -> PolicyDecision {
    try judge(tool, method, arguments, context, isAdvice: true)?.publicDecision ?? .ungoverned
  }

  /// Decides about a call that the program executes with the arguments that it has, and records the decision.
  func decide(
    _ tool: String, _ method: String, _ arguments: JSONObject, _ context: CallContext
  ) throws -> PolicyDecision {
    guard let judged = try judge(tool, method, arguments, context, isAdvice: true, masks: false)
    else { return .ungoverned }
    return record(judged, TraceParent.current()).publicDecision
  }

  func check(_ request: LLMCheck) throws -> PolicyDecision {
    try decide(LLMCheck.tool, LLMCheck.method, request.arguments, CallContext())
  }

  func processPII(_ text: String, _ action: PIIAction) throws -> PIIResult {
    let scanner = try snapshot()?.policy.scanner ?? .builtin
    return try PIIResult(Array(text.utf8), action, scanner)
  }

  func sync(_ cancellation: Cancellation = Cancellation()) throws -> Bool {
    guard try snapshot() != nil else { return true }
    try refreshPolicy(isFirst: false, cancellation)
    return true
  }

  /// Decodes a result as a type of the program's own.
  func decode<Value: Decodable>(_ result: JSONValue, of tool: String, as type: Value.Type) throws -> Value {
    if case .server? = registry.executor(of: tool), let structured = result["structuredContent"] {
      return try structured.decode(as: type)
    }
    return try result.decode(as: type)
  }
}

extension PolicyDecision {
  /// The decision if governance is off.
  static let ungoverned = PolicyDecision(
    Decision(
      effect: .allow, origin: .notGoverned, policyID: "", reasonCode: "",
      reason: "governance is off: enableGovernance is false", evaluatedRules: 0), dataLoss: nil, evaluationTime: 0)
}
