import Wire

/// Verifies segments: each by itself, and against what others have recorded about it.
public struct AuditVerifier: Sendable {
  private let directory: AuditDirectory

  public init(_ directory: AuditDirectory) {
    self.directory = directory
  }

  /// Verifies every segment of the directory, oldest first; those that are only known by name come last.
  public func verifyAll() throws(AuditError) -> [SegmentReport] {
    // Read first, or a segment that begins in between would count as missing.
    let headed = try directory.segmentsWithHead()
    let names = try directory.segments()
    var claims: [String: [SegmentHead]] = [:]
    for name in names {
      for (other, head) in firstRowClaims(of: name) { claims[other, default: []].append(head) }
    }
    var reports = names.map { verify($0, claims: claims[$0] ?? []) }
    // A segment that was delivered and has been kept for long enough is removed properly.
    let removed = RemovedSegments(directory).names()
    let present = removed.union(names)
    for missing in headed.union(claims.keys).subtracting(present).sorted() {
      let witness = claims[missing] == nil ? "its `.head` is left" : "another segment has it on record"
      reports.append(
        SegmentReport(
          name: missing, rows: 0, ending: .unclosed,
          findings: [.init(kind: .segmentMissing, line: nil, detail: witness)]))
    }
    return reports
  }

  /// Verifies one segment by its name in the directory.
  public func verify(_ name: String, claims: [SegmentHead] = []) -> SegmentReport {
    let path = directory.path(of: name)
    let anchor = (try? AuditDirectory.contents(of: path + ".anchor", limit: 256)).map {
      String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
    var verifier = SegmentVerifier(name: name, anchor: anchor, head: directory.head(of: name), claims: claims)
    do throws(AuditError) {
      try directory.forEachLine(of: name, maxLineBytes: AuditDirectory.maxRowBytes) { item in
        verifier.take(item)
        return true
      }
    } catch {
      var report = verifier.finish(isLocked: false)
      report.findings.append(.init(kind: .segmentMissing, line: nil, detail: error.description))
      return report
    }
    return verifier.finish(isLocked: directory.isLocked(name))
  }

  /// The heads of other segments that the first row names.
  private func firstRowClaims(of name: String) -> [(String, SegmentHead)] {
    var claims: [(String, SegmentHead)] = []
    try? directory.forEachLine(of: name, maxLineBytes: AuditDirectory.maxRowBytes) { item in
      guard case .line(let line) = item, let row = try? JSONDocument(parsing: line.content, options: .python),
        let segments = row.member("segments", of: row.root)
      else { return false }
      for entry in row.elements(of: segments) {
        guard let name = row.text("name", of: entry), let hash = row.text("hash", of: entry),
          let sequence = row.integer("seq", of: entry)
        else { continue }
        claims.append((name, SegmentHead(sequence: Int(sequence), hash: hash)))
      }
      return false
    }
    return claims
  }
}
