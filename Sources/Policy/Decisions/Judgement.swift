public import DataLoss
public import Wire

/// The outcome for a call: the policy's decision, and the result of scanning its arguments.
public struct Judgement: Sendable {
  /// The decision with the scan taken into account: a scan only ever turns it into a denial.
  public private(set) var decision: Decision
  public private(set) var dataLoss: ScanOutcome
  /// Names of arguments that contain sensitive values themselves.
  public let sensitiveKeys: Set<[UInt8]>

  init(_ decision: Decision, _ dataLoss: ScanOutcome, of call: Call, by scanner: Scanner) {
    self.decision = decision
    self.dataLoss = dataLoss
    sensitiveKeys = call.body.arguments.map { scanner.sensitiveKeys(of: $0.node, in: $0.document) } ?? []
  }
}

extension Judgement {
  /// Scans data that a call carries besides its arguments, with the same rules, and adds the findings.
  public mutating func scanFurther(
    _ object: (document: JSONDocument, node: JSONDocument.Node), by policy: Policy, encoded: ArgumentScanner.Encoded,
    maxBytes: Int, maskedState: Finding.MaskState
  ) {
    guard decision.effect != .deny else { return }
    var scanner = ArgumentScanner(policy.scanner, maskedState: maskedState)
    scanner.encoded = encoded
    scanner.maxBytes = maxBytes
    let outcome = scanner.scan(object)
    dataLoss.add(outcome)
    if let denial = outcome.denial { decision.denyForDataLoss(denial) }
  }
}

extension Policy {
  /// Judges a call, then scans its arguments for what must not leave (Control Zero 1.13.16, "DLP: order and gating").
  ///
  /// - Parameters:
  ///   - obstacle: a decision that applies instead, without consulting any rule.
  ///   - encoded, maxBytes, rewrites, maskedState: see ``ArgumentScanner``.
  public func judge(
    _ call: Call, obstacle: Decision? = nil, encoded: ArgumentScanner.Encoded = .deny,
    maxBytes: Int = ArgumentScanner.defaultMaxBytes,
    rewrites: Bool = true, maskedState: Finding.MaskState = .applied
  ) -> Judgement {
    var decision = obstacle ?? decide(call)
    guard decision.effect != .deny else {
      let unscanned: ScanOutcome =
        switch decision.origin {
        case .unavailable: .evaluatorError
        case .quarantine:
          decision.reasonCode == "BUNDLE_TAMPERED" ? .skipped(.tamperDenied) : .skipped(.tamperQuarantine)
        default: .skipped(.policyDenied)
        }
      return Judgement(decision, unscanned, of: call, by: scanner)
    }
    var argumentScanner = ArgumentScanner(scanner, rewrites: rewrites, maskedState: maskedState)
    argumentScanner.encoded = encoded
    argumentScanner.maxBytes = maxBytes
    var outcome = argumentScanner.scan(call.body.arguments)
    if outcome == .evaluatorError {
      decision = .unavailable(reason: "an argument holds half of a surrogate pair")
    } else if outcome.denial == nil, let misfit = misfit(of: outcome.retyped, in: call.body) {
      outcome.refuseMasking(misfit)
    } else if outcome.denial == nil, let reason = hidden(in: call.body) {
      outcome.status = .findings
      outcome.refuseMasking(reason)
    }
    if let denial = outcome.denial { decision.denyForDataLoss(denial) }
    return Judgement(decision, outcome, of: call, by: scanner)
  }

  /// Why the arguments must not reach the tool: a sensitive value stands where nothing can be masked and where the SDK
  /// does not look. Nil if they may.
  ///
  /// Names that the tool declares are not the caller's. Without a schema, the two can't be told apart.
  private func hidden(in call: CallBody) -> String? {
    guard call.isTypeStrict, let (document, root) = call.arguments else { return nil }
    func isAny(_ nodes: Set<JSONDocument.Node>, where isMeant: ([ArgumentPath.Step]) -> Bool) -> Bool {
      !nodes.isEmpty && ArgumentPath(toFirstOf: nodes, in: document, from: root, where: isMeant) != nil
    }
    if let schema = call.schema,
      isAny(scanner.protectedMembers(of: root, in: document), where: { schema.declares($0) != true })
    {
      return "the name of an argument holds what a DLP rule masks or blocks"
    }
    let isHiding = isAny(scanner.hidingTexts(of: root, in: document)) { steps in
      !(call.schema?.types(at: steps)?.isOfTextOnly ?? false)
    }
    return isHiding ? "escapes in JSON within an argument hide what a DLP rule masks or blocks" : nil
  }

  /// Why the tool can't take values that masking turned into strings; nil if it can.
  private func misfit(of retyped: [JSONDocument.Node], in call: CallBody) -> String? {
    guard !retyped.isEmpty, let schema = call.schema, let (document, root) = call.arguments else { return nil }
    let path = ArgumentPath(toFirstOf: Set(retyped), in: document, from: root) { steps in
      schema.types(at: steps).map { !$0.contains(.string) } ?? false
    }
    return path.map { "masking would make a string of the argument `\($0)`, which the tool takes as something else" }
  }
}

extension Decision {
  /// What the SDK answers if its scanner stops a call: the decision still names the rule that let the call through.
  public mutating func denyForDataLoss(_ reason: String) {
    effect = .deny
    reasonCode = Self.dataLossCode
    self.reason = reason
  }

  static let dataLossCode = "DLP_BLOCKED"
}
