import Policy
import Wire

/// The number of calls per tool and decision.
struct AuditSummary {
  /// The calls that are counted together.
  struct Kind: Hashable {
    let server: [UInt8]
    let method: [UInt8]
    let decision: String
    let policyID: [UInt8]
    /// Whether the call was only observed: its denial was recorded, but not enforced.
    let isObserved: Bool
    let clientName: String?
    let projectID: String?

    var subject: [UInt8] { server + [UInt8(ascii: ":")] + method }

    /// The decision of a policy about every call of this kind; nil if it depends on arguments, which rows do not hold.
    func decision(by policy: Policy) -> String? {
      var context = Context()
      context.clientName = clientName
      context.projectID = projectID
      if method.elementsEqual("resources/read".utf8) {
        return policy.decidesOutright(Call(readingAnyResourceOf: server, context: context))?.rawValue
      }
      // Decisions on other protocol methods depend on their parameters.
      guard !method.contains(UInt8(ascii: "/")) else { return nil }
      return policy.decidesOutright(Call(server: server, tool: method, arguments: nil, context: context))?.rawValue
    }
  }

  struct Count {
    var calls = 0
    /// The reason of the latest call.
    var reason: [UInt8] = []
    /// The time of the latest call, in ISO 8601.
    var time: [UInt8] = []
  }

  private(set) var counts: [Kind: Count] = [:]
  /// The number of refused lines.
  private(set) var refusals = 0
  /// The number of rows of any kind.
  private(set) var rows = 0

  /// - Parameter start: earlier rows are skipped.
  mutating func add(_ row: JSONDocument, since start: RecordTime?) {
    func bytes(_ key: StaticString) -> [UInt8] { row.string(key) ?? [] }
    func text(_ key: StaticString) -> String { String(decoding: bytes(key), as: UTF8.self) }
    let time = bytes("ts")
    if let start, time.lexicographicallyPrecedes(start.text.utf8) { return }
    rows += 1
    switch text("event") {
    case "refusal":
      refusals += 1
    case "decision":
      func name(_ key: StaticString) -> String? {
        let name = text(key)
        return name.isEmpty ? nil : name
      }
      let kind = Kind(
        server: bytes("tool"), method: bytes("method"), decision: text("decision"), policyID: bytes("policy_id"),
        isObserved: text("enforcement_reason") == "observe_mode", clientName: name("client_name"),
        projectID: name("project_id"))
      var count = counts[kind] ?? Count()
      count.calls += 1
      if !time.lexicographicallyPrecedes(count.time) { (count.time, count.reason) = (time, bytes("reason")) }
      counts[kind] = count
    default:
      break
    }
  }

  /// Sorted by subject, then by frequency, the most frequent kind first.
  var sorted: [(kind: Kind, count: Count)] {
    counts.sorted { first, second in
      let (a, b) = (first.key.subject, second.key.subject)
      if a != b { return a.lexicographicallyPrecedes(b) }
      if first.value.calls != second.value.calls { return first.value.calls > second.value.calls }
      return second.value.time.lexicographicallyPrecedes(first.value.time)
    }.map { (kind: $0.key, count: $0.value) }
  }
}
