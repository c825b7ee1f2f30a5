public import DataLoss
public import Wire

/// What becomes of a call: the policy's decision, and what scanning its arguments led to.
public struct Judgement: Sendable {
  /// The decision with the scan taken into account: a scan only ever turns it into a denial.
  public private(set) var decision: Decision
  public private(set) var dataLoss: ScanOutcome
  /// Names of arguments that hold sensitive values themselves.
  public let sensitiveKeys: Set<[UInt8]>

  init(_ decision: Decision, _ dataLoss: ScanOutcome, of call: Call, by scanner: Scanner) {
    self.decision = decision
    self.dataLoss = dataLoss
    sensitiveKeys = call.body.arguments.map { scanner.sensitiveKeys(of: $0.node, in: $0.document) } ?? []
  }
}

extension Judgement {
  /// Scans what a call carries beside its arguments, by the same rules; what is found there counts with the rest.
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
  ///   - obstacle: what is decided instead, without asking any rule.
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

  /// Why arguments may not go to the tool for what stands where nothing can be masked, and where the SDK does not look;
  /// nil where they may.
  ///
  /// Names that the tool brings itself are none of the caller's. Where no schema is known, they can't be told from others.
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

  /// Why values that masking turned into strings can't be handed to the tool; nil where they can.
  private func misfit(of retyped: [JSONDocument.Node], in call: CallBody) -> String? {
    guard !retyped.isEmpty, let schema = call.schema, let (document, root) = call.arguments else { return nil }
    let path = ArgumentPath(toFirstOf: Set(retyped), in: document, from: root) { steps in
      schema.types(at: steps).map { !$0.contains(.string) } ?? false
    }
    return path.map { "masking would make a string of the argument `\($0)`, which the tool takes as something else" }
  }
}

extension Decision {
  /// What the SDK answers where its scanner stops a call: the rule that let it through stays named.
  public mutating func denyForDataLoss(_ reason: String) {
    effect = .deny
    reasonCode = Self.dataLossCode
    self.reason = reason
  }

  static let dataLossCode = "DLP_BLOCKED"
}
