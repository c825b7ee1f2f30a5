public import Wire

/// Scans the arguments of a call that the policy lets through, and says what becomes of it
/// (Control Zero 1.13.16, "DLP: order and gating").
public struct ArgumentScanner: Sendable {
  /// What becomes of arguments under a key that says that they are encoded.
  public enum Encoded: String, Sendable, CaseIterable {
    /// The call is denied, as the SDK does.
    case deny
    /// They are decoded and scanned; what can't be decoded is denied.
    case scan
    /// They are scanned as the text that they are.
    case allow
  }

  /// Bytes of text that are scanned; a call with more is denied.
  public static let maxBytes = 1 << 20

  public let scanner: Scanner
  public var encoded = Encoded.deny
  /// Whether masked arguments can be put in the place of those that came.
  public var rewrites: Bool
  /// What a record says of a text that was masked.
  public var maskedState: Finding.MaskState

  public init(_ scanner: Scanner, rewrites: Bool = true, maskedState: Finding.MaskState = .applied) {
    self.scanner = scanner
    self.rewrites = rewrites
    self.maskedState = maskedState
  }

  /// - Parameter arguments: an object, and the document that it stands in; nil where the call has none.
  public func scan(_ arguments: (document: JSONDocument, node: JSONDocument.Node)?) -> ScanOutcome {
    guard let (document, node) = arguments, document.count(of: node) > 0 else {
      return ScanOutcome(.skipped, "empty_args")
    }
    let text = LeafText(of: node, in: document, limit: Self.maxBytes)
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
    var findings = Findings()
    findings.add(matches, of: scanner, in: text.bytes, maskState: .notApplied)
    if text.isCut {
      var outcome = ScanOutcome(
        matches.isEmpty ? .skipped : .findings, "payload_over_size_cap",
        denial: "DLP payload exceeds the 1 MiB scan limit")
      outcome.findings = findings
      outcome.maskState = state(of: matches)
      return outcome
    }
    var isHidden = false
    for bytes in decoded {
      let found = try scanner.matches(in: bytes.span)
      findings.add(found, of: scanner, in: bytes, maskState: .notApplied)
      isHidden = isHidden || found.contains { action(of: $0) != .detect }
    }
    var outcome = ScanOutcome(
      findings.isEmpty ? .clean : .findings, findings.isEmpty ? "scan_clean" : "scan_findings")
    outcome.findings = findings
    outcome.maskState = state(of: matches)
    let rules = matches.lazy.map { scanner.detectors[$0.detector].rule }
    if let rule = rules.first(where: { $0.action == .block }) {
      outcome.reason = "blocking_finding"
      outcome.denial = "DLP rule '\(rule.name)' matched \(rule.category) content in tool arguments"
    } else if isHidden {
      outcome.reason = "mask_residual_blocked"
      outcome.denial = "an encoded argument holds what a DLP rule masks or blocks"
    } else if rules.contains(where: { $0.action == .mask }) {
      try mask(text, matches, arguments: arguments, &outcome)
    }
    return outcome
  }

  private func state(of matches: [Scanner.Match]) -> Finding.MaskState {
    matches.contains { action(of: $0) == .mask } ? .notApplied : .notApplicable
  }

  // MARK: Masking

  /// Each value is masked by itself. A match of the whole text that this does not cover can't be masked.
  private func mask(
    _ text: LeafText, _ matches: [Scanner.Match], arguments: JSONDocument.Node,
    _ outcome: inout ScanOutcome
  ) throws(Scanner.Failure) {
    let toMask = matches.filter { action(of: $0) == .mask }
    guard rewrites else {
      outcome.findings = Findings()
      outcome.findings.add(toMask, of: scanner, in: text.bytes, maskState: .notApplied)
      outcome.status = .maskUnsupported
      outcome.reason = "host_cannot_rewrite_arguments"
      outcome.denial = try Remediation(scanner, text, arguments).message()
      return
    }
    var covered: [Range<Int>] = []
    var edits: [ByteEdit] = []
    var masked: [(matches: [Scanner.Match], text: [UInt8])] = []
    for leaf in text.leaves {
      let bytes = Array(text.bytes[leaf.range])
      let found = try scanner.matches(in: bytes.span).filter { action(of: $0) == .mask }
      masked.append((found, bytes))
      let masking = masking(found)
      guard !masking.spans.isEmpty else { continue }
      edits += masking.edits(of: leaf.node, text: bytes[...], in: text.document)
      if text.document.kind(of: leaf.node) != .string { outcome.retyped.append(leaf.node) }
      covered += masking.spans.map {
        $0.range.lowerBound + leaf.range.lowerBound..<$0.range.upperBound + leaf.range.lowerBound
      }
    }
    let unmasked = toMask.filter { !Self.isCovered($0.range, by: covered) }
    if !unmasked.isEmpty {
      // The first in the text counts, and of several the one whose rule stands first.
      let inOrder = unmasked.sorted { ($0.range.lowerBound, $0.detector) < ($1.range.lowerBound, $1.detector) }
      let rule = scanner.detectors[inOrder[0].detector].rule
      outcome.findings = Findings()
      outcome.findings.add(inOrder, of: scanner, in: text.bytes, maskState: .notApplied)
      outcome.refuseMasking(
        "DLP rule '\(rule.name)' matched \(rule.category) content that spans argument boundaries and could not be "
          + "safely masked; blocking (fail-closed) rather than forwarding an un-redacted value")
      return
    }
    var findings = Findings()
    findings.add(matches.filter { action(of: $0) != .mask }, of: scanner, in: text.bytes, maskState: .notApplied)
    for (matches, bytes) in masked { findings.add(matches, of: scanner, in: bytes, maskState: maskedState) }
    outcome.findings = findings
    outcome.maskState = maskedState
    outcome.edits = edits
  }

  private func action(of match: Scanner.Match) -> DetectionRule.Action {
    scanner.detectors[match.detector].rule.action
  }

  private func masking(_ matches: [Scanner.Match]) -> Masking {
    Masking(
      matches.map { ($0.range, scanner.detectors[$0.detector].placeholder) })
  }

  /// An empty range never is: there is nothing of it that could have been masked.
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
