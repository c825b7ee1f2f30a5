public import Wire

extension HostedPayload {
  /// A rule of a payload, and the policy it stands in.
  public struct Entry: Sendable {
    public let policy: JSONDocument.Node
    public let rule: JSONDocument.Node
  }

  /// The rules of a payload in the order that they are asked in; none for a payload whose policies can't be sorted.
  public static func rules(of payload: JSONDocument) -> [Entry] {
    policies(of: payload).flatMap { policy in
      var entries: [Entry] = []
      HostedRule.forEach(of: policy, in: payload) { entries.append(Entry(policy: policy, rule: $0)) }
      return entries
    }
  }

  /// The policies of a payload by priority, the highest first; those of one priority in their order.
  public static func policies(of payload: JSONDocument) -> [JSONDocument.Node] {
    guard let list = payload.member("policies", of: payload.root) else { return [] }
    // Places are of no use here, so the text counts as one line.
    let lines = LineIndex([])
    var policies: [(priority: Int, place: Int, node: JSONDocument.Node)] = []
    for (place, node) in payload.elements(of: list).enumerated() where payload.kind(of: node) == .object {
      let value = payload.member("priority", of: node).map { JSONPolicyReader.value(of: $0, in: payload, lines) }
      guard let priority = HostedRule.priority(value) else { return [] }
      policies.append((priority, place, node))
    }
    return policies.sorted { ($1.priority, $0.place) < ($0.priority, $1.place) }.map(\.node)
  }
}
