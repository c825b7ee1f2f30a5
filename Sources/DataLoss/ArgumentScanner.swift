public import Wire

/// Scans the arguments of a call that the policy lets through, and decides what happens to it (Control Zero 1.13.16,
/// "DLP: order and gating").
public struct ArgumentScanner: Sendable {
  /// What happens to arguments whose key says that they are encoded.
  public enum Encoded: String, Sendable, CaseIterable {
    /// The call is denied, as by the SDK.
    case deny
    /// They are decoded and scanned; if they can't be decoded, the call is denied.
    case scan
    /// They are scanned as they stand.
    case allow
  }

  public let scanner: Scanner
  public var encoded = Encoded.deny
  /// The maximum bytes of text to scan; a call with more is denied. The SDK's own limit.
  public var maxBytes = defaultMaxBytes

  public static let defaultMaxBytes = 1 << 20
  /// Whether masked arguments can replace the original ones.
  public var rewrites: Bool
  /// What a record says of a text that was masked.
  public var maskedState: Finding.MaskState

  public init(_ scanner: Scanner, rewrites: Bool = true, maskedState: Finding.MaskState = .applied) {
    self.scanner = scanner
    self.rewrites = rewrites
    self.maskedState = maskedState
  }

  /// - Parameter arguments: an object, and the document that contains it; nil if the call has none.
  public func scan(_ arguments: (document: JSONDocument, node: JSONDocument.Node)?) -> ScanOutcome {
    guard let (document, node) = arguments, document.count(of: node) > 0 else {
      return ScanOutcome(.skipped, "empty_args")
    }
    let text = LeafText(of: node, in: document, limit: maxBytes)
    var decoded: [[UInt8]] = []
    if !text.encoded.isEmpty {
      switch encoded {
      case .allow: break
      case .deny: return Self.unscannable("DLP cannot safely scan this argument payload")
      case .scan:
        for node in text.encoded {
          guard let bytes = Base64.decode(document.text(node)) else {
            return Self.unscannable("an argument that says it is encoded is not base64")
          }
          decoded.append(bytes)
        }
      }
    }
    guard !text.holdsSurrogates else { return .evaluatorError }
    guard !text.bytes.isEmpty || text.isCut else { return ScanOutcome(.skipped, "no_scannable_text") }
    do throws(Scanner.Failure) {
      return try outcome(of: text, decoded, arguments: node)
    } catch {
      return Self.unavailable(error)
    }
  }

  private static func unscannable(_ reason: String) -> ScanOutcome {
    ScanOutcome(.skipped, "encoded_or_attachment_args_unsupported", denial: reason)
  }

  private static func unavailable(_ failure: Scanner.Failure) -> ScanOutcome {
    ScanOutcome(
      .unavailable, "scanner_error", denial: "DLP scanner unavailable; blocked fail-closed: \(failure.reason)")
  }

  private func outcome(
    of text: LeafText, _ decoded: [[UInt8]], arguments: JSONDocument.Node
  ) throws(Scanner.Failure) -> ScanOutcome {
    let matches = try scanner.matches(in: text.bytes.span)
    if text.isCut {
      var outcome = ScanOutcome(
        matches.isEmpty ? .skipped : .findings, "payload_over_size_cap",
        denial: "the arguments hold more than the \(maxBytes) bytes of text that are scanned")
      try outcome.findings.add(matches, of: scanner, in: text.bytes, maskState: .notApplied)
      outcome.maskState = state(of: matches)
      return outcome
    }
    let hidden = try findings(in: decoded)
    let rules = matches.lazy.map { scanner.detectors[$0.detector].rule }
    let isMasked = rules.contains { $0.action == .mask }
    let blocking = rules.first { $0.action == .block }
    if isMasked, blocking == nil, !hidden.isStopped {
      return try masked(text, matches, hidden.all, arguments: arguments)
    }

    var outcome = ScanOutcome(.findings, "scan_findings")
    try outcome.findings.add(matches, of: scanner, in: text.bytes, maskState: .notApplied)
    outcome.findings.add(hidden.all)
    outcome.maskState = state(of: matches)
    if let blocking {
      outcome.reason = "blocking_finding"
      outcome.denial = "DLP rule '\(blocking.name)' matched \(blocking.category) content in tool arguments"
    } else if hidden.isStopped {
      outcome.reason = "mask_residual_blocked"
      outcome.denial = "an encoded argument holds what a DLP rule masks or blocks"
    } else if outcome.findings.isEmpty {
      outcome.status = .clean
      outcome.reason = "scan_clean"
    }
    return outcome
  }

  /// The findings in values that came encoded, and whether they stop the call: nothing in such values can be masked.
  private func findings(in decoded: [[UInt8]]) throws(Scanner.Failure) -> (all: Findings, isStopped: Bool) {
    var findings = Findings()
    var isStopped = false
    for bytes in decoded {
      let matches = try scanner.matches(in: bytes.span)
      try findings.add(matches, of: scanner, in: bytes, maskState: .notApplied)
      isStopped = isStopped || matches.contains { action(of: $0) != .detect }
    }
    return (findings, isStopped)
  }

  private func state(of matches: [Scanner.Match]) -> Finding.MaskState {
    matches.contains { action(of: $0) == .mask } ? .notApplied : .notApplicable
  }

  // MARK: Masking

  /// Each value is masked separately. A match in the whole text that this does not cover can't be masked.
  private func masked(
    _ text: LeafText, _ matches: [Scanner.Match], _ hidden: Findings, arguments: JSONDocument.Node
  ) throws(Scanner.Failure) -> ScanOutcome {
    let toMask = matches.filter { action(of: $0) == .mask }
    guard rewrites else {
      var outcome = ScanOutcome(.maskUnsupported, "host_cannot_rewrite_arguments")
      try outcome.findings.add(toMask, of: scanner, in: text.bytes, maskState: .notApplied)
      outcome.maskState = .notApplied
      outcome.denial = try Remediation(scanner, text, arguments).message()
      return outcome
    }
    var outcome = ScanOutcome(.findings, "scan_findings")
    var covered: [Range<Int>] = []
    var inLeaves: [(matches: [Scanner.Match], text: [UInt8])] = []
    for leaf in text.leaves {
      let bytes = Array(text.bytes[leaf.range])
      let found = try scanner.matches(in: bytes.span).filter { action(of: $0) == .mask }
      // The SDK stops here, before it examines what could not be masked.
      for rule in found.lazy.map({ scanner.detectors[$0.detector].rule }) {
        if let fault = rule.maskFault { throw Scanner.Failure(reason: "rule `\(rule.id)`: \(fault)") }
      }
      inLeaves.append((found, bytes))
      let masking = masking(found)
      guard !masking.spans.isEmpty else { continue }
      outcome.edits += masking.edits(of: leaf.node, text: bytes[...], in: text.document)
      if text.document.kind(of: leaf.node) != .string { outcome.retyped.append(leaf.node) }
      covered += masking.spans.map {
        $0.range.lowerBound + leaf.range.lowerBound..<$0.range.upperBound + leaf.range.lowerBound
      }
    }
    // The value of a repeated key takes the key's first position, so leaves may be in another order than their bytes.
    outcome.edits.sort { $0.range.lowerBound < $1.range.lowerBound }
    // The first match in the text counts; of several there, the one whose rule comes first.
    let residual = toMask.filter { !Self.isCovered($0.range, by: covered) }
      .sorted { ($0.range.lowerBound, $0.detector) < ($1.range.lowerBound, $1.detector) }
    if let first = residual.first {
      let rule = scanner.detectors[first.detector].rule
      try outcome.findings.add(residual, of: scanner, in: text.bytes, maskState: .notApplied)
      outcome.refuseMasking(
        "DLP rule '\(rule.name)' matched \(rule.category) content that spans argument boundaries and could not be "
          + "safely masked; blocking (fail-closed) rather than forwarding an un-redacted value")
      return outcome
    }
    // As in the SDK, which beside masks records the findings of rules whose action is literally `detect`.
    let others = matches.filter { action(of: $0) != .mask && !scanner.detectors[$0.detector].rule.hasUnknownAction }
    try outcome.findings.add(others, of: scanner, in: text.bytes, maskState: .notApplied)
    for (matches, bytes) in inLeaves {
      try outcome.findings.add(matches, of: scanner, in: bytes, maskState: maskedState)
    }
    outcome.findings.add(hidden)
    outcome.maskState = maskedState
    return outcome
  }

  private func action(of match: Scanner.Match) -> DetectionRule.Action {
    scanner.detectors[match.detector].rule.action
  }

  private func masking(_ matches: [Scanner.Match]) -> Masking {
    Masking(matches.map { ($0.range, scanner.detectors[$0.detector].placeholder) })
  }

  /// False for an empty range, of which nothing could have been masked.
  ///
  /// - Parameter ranges: in ascending order.
  private static func isCovered(_ range: Range<Int>, by ranges: [Range<Int>]) -> Bool {
    guard !range.isEmpty else { return false }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < range.upperBound { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= range.lowerBound
  }
}
