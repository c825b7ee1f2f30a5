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
    let sorted = HostedRule.sorted(payload.elements(of: list), of: payload, LineIndex([]))
    return sorted.unusable.isEmpty ? sorted.policies : []
  }
}
