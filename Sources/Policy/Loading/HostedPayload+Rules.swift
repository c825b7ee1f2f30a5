public import Wire

extension HostedPayload {
  /// A rule of a payload, and the policy that contains it.
  public struct Entry: Sendable {
    public let policy: JSONDocument.Node
    public let rule: JSONDocument.Node
  }

  /// The rules of a payload in the order of evaluation; none if its policies can't be sorted.
  public static func rules(of payload: JSONDocument) -> [Entry] {
    policies(of: payload).flatMap { policy in
      var entries: [Entry] = []
      HostedRule.forEach(of: policy, in: payload) { entries.append(Entry(policy: policy, rule: $0)) }
      return entries
    }
  }

  /// The policies of a payload by descending priority; those with equal priority keep their order.
  public static func policies(of payload: JSONDocument) -> [JSONDocument.Node] {
    guard let list = payload.member("policies", of: payload.root) else { return [] }
    // Positions are not used here, so the text counts as one line.
    let sorted = HostedRule.sorted(payload.elements(of: list), of: payload, LineIndex([]))
    return sorted.unusable.isEmpty ? sorted.policies : []
  }
}
