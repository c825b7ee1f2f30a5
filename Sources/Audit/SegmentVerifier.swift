public import Wire

/// Checks the rows of one segment as they are read; holds none of them.
public struct SegmentVerifier: Sendable {
  private let name: String
  private let anchor: String?
  private let head: SegmentHead?
  /// What other segments have recorded about rows of this one.
  private let claims: [SegmentHead]

  private var line = 0
  private var rows = 0
  private var lastSequence = 0
  private var lastHash: String?
  private var isOurs = false
  private var isClosed = false
  /// Whether the last line has no LF and is not a row.
  private var isCut = false
  private var findings: [SegmentReport.Finding] = []

  /// Further findings are not counted.
  private static let maxFindings = 100

  /// - Parameters:
  ///   - anchor: the text of the `.anchor` file.
  ///   - head: the content of the `.head` file.
  ///   - claims: rows that other segments have on record.
  public init(name: String, anchor: String?, head: SegmentHead?, claims: [SegmentHead] = []) {
    self.name = name
    self.anchor = anchor
    self.head = head
    self.claims = claims
  }

  public mutating func take(_ item: LineFramer.Item) {
    line += 1
    guard case .line(let text) = item, let row = try? JSONDocument(parsing: text.content, options: .python),
      let number = row.integer("chain_seq"), (1..<1 << 53).contains(number), let previous = row.text("prev_hash"),
      let hash = row.text("entry_hash")
    else {
      if case .line(let text) = item, text.bytes.last != UInt8(ascii: "\n") {
        isCut = true
      } else {
        add(.junk, "not a row of the chain")
      }
      return
    }
    let sequence = Int(number)
    rows += 1
    let event = row.text("event")
    if rows == 1 { isOurs = event == "session_start" }
    isClosed = event == "session_end"
    if HashChain.entryHash(of: row) != hash { add(.broken, "row \(sequence) was edited") }
    for claim in claims where claim.sequence == sequence && claim.hash != hash {
      add(.broken, "another segment has row \(sequence) with another hash on record")
    }
    checkPlace(of: sequence, after: previous)
    if sequence >= lastSequence {
      lastSequence = sequence
      lastHash = hash
    }
  }

  private mutating func checkPlace(of sequence: Int, after previous: String) {
    switch sequence {
    case lastSequence + 1:
      if let expected = lastHash {
        if previous != expected { add(.linkMismatch, "row \(sequence) does not follow from the one before it") }
      } else if let anchor, previous != anchor {
        add(.wrongAnchor, "the first row does not follow from the anchor")
      }
    case ...lastSequence:
      add(.order, "row \(sequence) stands behind row \(lastSequence)")
    default:
      let missing = sequence - lastSequence - 1
      let kind: SegmentReport.Finding.Kind = lastHash == nil ? .headMissing : .gap
      add(kind, "\(missing) rows before row \(sequence) are missing")
    }
  }

  /// - Parameter isLocked: whether the process that writes the segment is alive.
  public mutating func finish(isLocked: Bool) -> SegmentReport {
    // A process that is killed while it writes leaves a partial row, for which nothing was sent. None follows the row
    // that closes a segment.
    let isUnbegun = rows == 0 && head?.sequence == 0
    if isCut, isClosed || !isOurs && !isUnbegun { add(.junk, "not a row of the chain") }
    if rows == 0, !isUnbegun { findings.append(.init(kind: .empty, line: nil, detail: "there is no row")) }
    if anchor == nil { findings.append(.init(kind: .sidecarMissing, line: nil, detail: "\(name).anchor")) }
    if head == nil { findings.append(.init(kind: .sidecarMissing, line: nil, detail: "\(name).head")) }
    let known = (claims + [head].compactMap { $0 }).max { $0.sequence < $1.sequence }
    if let known, known.sequence > lastSequence {
      findings.append(
        .init(kind: .tailMissing, line: nil, detail: "\(known.sequence - lastSequence) rows at the end are missing"))
    } else if let head, head.sequence == lastSequence, let lastHash, head.hash != lastHash {
      findings.append(.init(kind: .broken, line: nil, detail: "the last row is not the one that `.head` names"))
    }
    let ending: SegmentReport.Ending =
      isLocked ? .open : isClosed ? .closed : isOurs || rows == 0 ? .unclosed : .foreign
    return SegmentReport(name: name, rows: rows, ending: ending, findings: findings)
  }

  private mutating func add(_ kind: SegmentReport.Finding.Kind, _ detail: String) {
    guard findings.count < Self.maxFindings else { return }
    findings.append(.init(kind: kind, line: line, detail: detail))
  }
}
