import ArgumentParser
import Audit
import Policy
import Relay
import Wire

struct AuditSummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Count calls and decisions, and show what another policy would decide.",
    discussion: """
      After some time with `czproxy run --observe`, or before a policy is changed:

        czproxy audit summary --since 7d --policy new.yaml

      marks each decision that new.yaml would change, as `allow -> deny`, or as `allow -> ?` if that depends on \
      arguments, whose values are not on record. Detection rules are not applied.

      Exits with 0, with 3 if a decision would certainly change, with 2 if there are no records, with 1 if the policy \
      can't be used, with 74 if records can't be read.
      """)

  @Option(help: "Only records since then: 2026-11-20, 2026-11-20T08:30 (UTC), or 90m, 24h, 7d ago.")
  var since: RecordTime?

  @Option(help: "A local policy to compare with: .yaml, .yml or .json.")
  var policy: String?

  @OptionGroup var state: StateOptions

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let policy = try policy.map { path in
      try reportingPolicyErrors { () throws(PolicyError) in try PolicySource.load(path).policy }
    }
    let directory = try state.audit
    let (summary, isComplete) = try state.reading { (directory) throws(AuditError) in
      try self.summary(of: directory)
    }
    guard summary.rows > 0 || !isComplete else {
      Terminal.complain("there are no records\(since.map { " since \($0.text)" } ?? "") in \(directory.path)")
      throw ExitCode(2)
    }
    var isOther = false
    let width = String(summary.counts.values.map(\.calls).max() ?? 0).count
    for (kind, count) in summary.sorted {
      let other = policy.map { kind.decision(by: $0) }
      let change = other.flatMap { Change(from: kind.decision, to: $0) }
      if case .decision? = change { isOther = true }
      switch format {
      case .text: print(line(kind, count, change, width))
      case .json: printJSON(kind, count, other)
      }
    }
    if summary.counts.isEmpty, format == .text {
      print("no calls\(since.map { " since \($0.text)" } ?? "") in \(summary.rows) records")
    }
    if summary.refusals > 0, format == .text {
      let lines = summary.refusals == 1 ? "1 line was" : "\(summary.refusals) lines were"
      print("\(lines) refused: `czproxy audit tail` has the reasons")
    }
    if !isComplete { throw ExitCode(74) }
    if isOther { throw ExitCode(3) }
  }

  /// The different decision of another policy about calls of a kind.
  private enum Change {
    case decision(String)
    case unknown

    /// - Parameter other: the other policy's decision; nil if it can't be determined.
    init?(from decision: String, to other: String?) {
      guard other != decision else { return nil }
      self = other.map { .decision($0) } ?? .unknown
    }

    var text: String {
      switch self {
      case .decision(let decision): " -> \(decision)"
      case .unknown: " -> ?"
      }
    }
  }

  /// The summary, and whether every segment could be read.
  private func summary(of directory: AuditDirectory) throws(AuditError) -> (AuditSummary, isComplete: Bool) {
    var summary = AuditSummary()
    var isComplete = true
    for segment in try directory.segments() {
      do {
        try directory.forEachRow(of: segment, from: 0) { row in
          if let text = row.text, let document = try? JSONDocument(parsing: text, options: .python) {
            summary.add(document, since: since)
          }
          return true
        }
      } catch {
        Terminal.complain("\(error)")
        isComplete = false
      }
    }
    return (summary, isComplete)
  }

  private func line(
    _ kind: AuditSummary.Kind, _ count: AuditSummary.Count, _ change: Change?, _ width: Int
  ) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    let decision = DisplayText.escaped(kind.decision.utf8, limit: 16) + (change?.text ?? "")
    let label = decision + String(repeating: " ", count: max((policy == nil ? 5 : 14) - decision.count, 0))
    let reason =
      "\(DisplayText.escaped(kind.policyID, limit: 80)): \(DisplayText.escaped(count.reason, limit: 200))"
      + (kind.isObserved ? " (observed: it went through)" : "")
    return padded(String(count.calls), width) + "  " + colored(label, kind, change) + "  "
      + DisplayText.escaped(kind.subject, limit: 120) + "  " + reason
  }

  private func colored(_ label: String, _ kind: AuditSummary.Kind, _ change: Change?) -> String {
    if change != nil { return Terminal.colored(label, .yellow) }
    return Terminal.colored(label, kind.decision == "deny" ? .red : .green)
  }

  private func printJSON(_ kind: AuditSummary.Kind, _ count: AuditSummary.Count, _ other: String??) {
    Terminal.printJSON { writer in
      writer.string("subject", bytes: kind.subject)
      writer.string("decision", kind.decision)
      writer.string("policy_id", bytes: kind.policyID)
      writer.string("reason", bytes: count.reason)
      writer.boolean("observed", kind.isObserved)
      if let name = kind.clientName { writer.string("client_name", name) }
      if let name = kind.projectID { writer.string("project_id", name) }
      writer.integer("calls", count.calls)
      writer.string("latest", bytes: count.time)
      if let other {
        // Null if the decision depends on arguments.
        if let other { writer.string("would_be", other) } else { writer.null("would_be") }
      }
    }
  }
}
