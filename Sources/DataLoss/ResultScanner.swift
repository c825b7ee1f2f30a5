public import Wire

/// Scans what a server sends before the host sees it, and decides what happens to it.
///
/// Goes beyond Control Zero's SDK, which only takes note of results (1.13.16, "DLP: outputs").
public struct ResultScanner: Sendable {
  /// The maximum bytes of text to scan. Of more, only the start is; if the mode protects, the whole is then withheld.
  public let maxBytes: Int

  private let scanner: Scanner

  /// - Parameter scanner: the policy's; the credential detectors are added.
  public init(_ scanner: Scanner, maxBytes: Int = 16 << 20) {
    self.scanner = scanner.withCredentials
    self.maxBytes = maxBytes
  }

  /// - Parameters:
  ///   - nodes: the values that hold text for the host: a `result`, an `error`, `params`.
  ///   - names: scalars that identify the message and must stay as they are: its id, its method.
  ///   - mayRetype: whether masking may turn a number into a string.
  /// - Returns: an outcome whose ``ScanOutcome/denial`` says why nothing may reach the host, if so.
  public func scan(
    _ nodes: [JSONDocument.Node], named names: [JSONDocument.Node] = [], in document: JSONDocument, mode: ResultMode,
    mayRetype: Bool = true
  ) -> ScanOutcome {
    guard mode != .off else { return ScanOutcome(.skipped, "results_not_scanned") }
    let text = ResultText(of: nodes, named: names, in: document, limit: maxBytes)
    guard !text.pieces.isEmpty else { return ScanOutcome(.skipped, "no_scannable_output") }
    var outcome = ScanOutcome(.clean, "scan_clean")
    do throws(Scanner.Failure) {
      let places = try places(in: text, mode: mode, &outcome)
      if mode != .detect { mask(places, in: text, mayRetype: mayRetype, &outcome) }
    } catch {
      outcome = ScanOutcome(.unavailable, "scanner_error")
      if mode != .detect { outcome.denial = "it could not be scanned: \(error.reason)" }
    }
    if mode != .detect, outcome.denial == nil, !text.isCut,
      nodes.contains(where: { !scanner.hidingTexts(of: $0, in: document).isEmpty })
    {
      outcome.status = .findings
      outcome.reason = "scan_findings"
      outcome.withhold("escapes in JSON within a text of it hide what a DLP rule masks or blocks")
    }
    if text.isCut {
      outcome.reason = "payload_over_size_cap"
      if mode != .detect, outcome.denial == nil {
        outcome.withhold("it holds more than \(maxBytes) bytes of text, which is more than is scanned")
      }
    }
    return outcome
  }

  /// See ``Scanner/sensitiveKeys(of:in:)``.
  public func sensitiveKeys(of object: JSONDocument.Node, in document: JSONDocument) -> Set<[UInt8]> {
    scanner.sensitiveKeys(of: object, in: document)
  }

  // MARK: Matches

  /// The places to mask in each piece, by its position.
  private typealias Places = [Int: [(range: Range<Int>, placeholder: [UInt8])]]

  private func places(
    in text: ResultText, mode: ResultMode, _ outcome: inout ScanOutcome
  ) throws(Scanner.Failure) -> Places {
    var places: Places = [:]
    let whole = try scanner.matches(in: text.bytes.span)
    try take(whole, of: text.bytes, pieces: text.pieces.indices.map { ($0, text.pieces[$0].range) })
    if text.blocks.count > 1 {
      // Only matches that no block contains by itself are new here.
      let joined = text.joinedBlocks
      var ranges: [(piece: Int, range: Range<Int>)] = []
      var offset = 0
      for block in text.blocks {
        let count = text.pieces[block].range.count
        ranges.append((block, offset..<offset + count))
        offset += count
      }
      let split = try scanner.matches(in: joined.span).filter { Self.overlapping($0.range, ranges).count > 1 }
      try take(split, of: joined, pieces: ranges)
    }
    return places

    func take(
      _ matches: [Scanner.Match], of bytes: [UInt8], pieces: [(piece: Int, range: Range<Int>)]
    ) throws(Scanner.Failure) {
      guard !matches.isEmpty else { return }
      outcome.status = .findings
      outcome.reason = "scan_findings"
      try outcome.findings.add(
        matches, of: scanner, in: bytes, maskState: mode == .detect ? .notApplicable : .applied)
      for match in matches {
        let detector = scanner.detectors[match.detector]
        if let first = Self.overlapping(match.range, pieces).first, first.piece < text.nameCount {
          outcome.isInName = true
        }
        if detector.rule.action == .block, mode == .block, outcome.denial == nil {
          outcome.withhold("DLP rule '\(detector.rule.name)' matched \(detector.rule.category) content in it")
        }
        guard detector.rule.action != .detect, mode != .detect else { continue }
        for (piece, range) in Self.overlapping(match.range, pieces) {
          let part = match.range.clamped(to: range)
          places[piece, default: []].append(
            (part.lowerBound - range.lowerBound..<part.upperBound - range.lowerBound, detector.placeholder))
        }
      }
    }
  }

  /// The pieces, which are in ascending order, that a range overlaps.
  private static func overlapping(
    _ range: Range<Int>, _ pieces: [(piece: Int, range: Range<Int>)]
  ) -> ArraySlice<(piece: Int, range: Range<Int>)> {
    var low = 0
    var high = pieces.count
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].range.upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return pieces[low...].prefix { $0.range.lowerBound < range.upperBound }
  }

  // MARK: Masking

  private func mask(_ places: Places, in text: ResultText, mayRetype: Bool, _ outcome: inout ScanOutcome) {
    guard outcome.denial == nil, !places.isEmpty else { return }
    for (number, found) in places.sorted(by: { $0.key < $1.key }) {
      let piece = text.pieces[number]
      let masking = Masking(found)
      guard !masking.spans.isEmpty else { continue }
      // Two keys could become equal, and what the host gives back has to be what it was given.
      if piece.isFixed { return outcome.withhold("a name or an id in it holds what a DLP rule masks") }
      if text.document.kind(of: piece.node) != .string {
        guard mayRetype else {
          return outcome.withhold("masking would make a string of a number that its schema asks for")
        }
        outcome.retyped.append(piece.node)
      }
      outcome.edits += masking.edits(of: piece.node, text: text.bytes[piece.range], in: text.document)
    }
    outcome.maskState = .applied
  }
}

extension ScanOutcome {
  /// Keeps an answer from the host.
  fileprivate mutating func withhold(_ reason: String) {
    denial = reason
    edits = []
    retyped = []
    maskState = .notApplied
  }
}
