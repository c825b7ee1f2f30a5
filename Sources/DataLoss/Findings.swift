public import Wire

/// What a scan found: each match up to a limit, and how often each rule matched.
public struct Findings: Sendable, Equatable {
  /// A rule that matched.
  public struct Total: Sendable, Equatable {
    public let ruleID: String
    public let ruleName: String
    public let category: String
    public let action: DetectionRule.Action
    public var count: Int
  }

  /// The maximum number of matches that are kept individually.
  public static let limit = 1000
  /// The maximum number of rules that a record names (Control Zero 1.13.16, `dlp_outcome.details`).
  static let detailLimit = 20

  /// By detector, then in the order of the text.
  public private(set) var all: [Finding] = []
  /// By rule id.
  public private(set) var totals: [Total] = []
  public private(set) var count = 0

  public init() {}

  public var isEmpty: Bool { count == 0 }

  /// Throws for a match that can't be recorded; see ``DetectionRule/recordFault``.
  mutating func add(
    _ matches: [Scanner.Match], of scanner: Scanner, in text: [UInt8], maskState: Finding.MaskState
  ) throws(Scanner.Failure) {
    for match in matches {
      let detector = scanner.detectors[match.detector]
      if let fault = detector.rule.recordFault {
        throw Scanner.Failure(reason: "rule `\(detector.rule.id)`: \(fault)")
      }
      count += 1
      if all.count < Self.limit {
        all.append(
          Finding(
            detector.rule, placeholder: detector.placeholder, maskState: maskState, matched: text[match.range]))
      }
      // A rule's matches come one after the other, so mostly it is the rule counted last.
      if let last = lastCounted, totals[last].ruleID == detector.rule.id {
        totals[last].count += 1
      } else {
        let rule = detector.rule
        countUp(
          Total(ruleID: rule.id, ruleName: rule.recordedName, category: rule.category, action: rule.action, count: 1))
      }
    }
  }

  /// Adds the findings of another scan.
  mutating func add(_ others: Findings) {
    all += others.all.prefix(Self.limit - all.count)
    count += others.count
    for total in others.totals { countUp(total) }
  }

  private mutating func countUp(_ total: Total) {
    let place = totals.firstIndex { !$0.ruleID.utf8.lexicographicallyPrecedes(total.ruleID.utf8) } ?? totals.count
    if place < totals.count, totals[place].ruleID == total.ruleID {
      totals[place].count += total.count
    } else {
      totals.insert(total, at: place)
    }
    lastCounted = place
  }

  private var lastCounted: Int?

  /// Writes the `details` of an outcome.
  public func writeDetails(to writer: inout JSONWriter) {
    writer.beginObject()
    if !isEmpty {
      writer.beginArray("rules")
      for total in totals.prefix(Self.detailLimit) {
        writer.beginObject()
        writer.string("rule_id", total.ruleID)
        writer.string("rule_name", total.ruleName)
        writer.string("category", total.category)
        writer.string("action", total.action.rawValue)
        writer.integer("count", total.count)
        writer.endObject()
      }
      writer.endArray()
      writer.integer("rules_total", totals.count)
      writer.integer("findings_total", count)
      if totals.count > Self.detailLimit {
        writer.boolean("rules_truncated", true)
      }
    }
    writer.endObject()
  }
}
