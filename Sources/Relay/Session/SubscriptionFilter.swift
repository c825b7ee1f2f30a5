import Wire

/// What a `subscriptions/listen` asks to be told about (MCP 2026-07-28), as far as a policy judges it.
struct SubscriptionFilter {
  /// The resources, each as the params of the `resources/subscribe` that it stands for.
  private(set) var subscriptions: [JSONDocument] = []

  /// Throws for what some server may read as subscriptions and another may not.
  init(_ params: JSONDocument.Node, in document: JSONDocument) throws(GovernedRequest.Malformed) {
    guard let filter = try Self.member("notifications", of: params, in: document),
      let list = try Self.member("resourceSubscriptions", of: filter, in: document)
    else { return }
    guard document.kind(of: list) == .array else {
      throw Self.malformed("`resourceSubscriptions` must be a list", list, document)
    }
    for uri in document.elements(of: list) {
      var writer = JSONWriter()
      writer.beginObject()
      writer.raw("uri", document.raw(uri))
      writer.endObject()
      guard document.kind(of: uri) == .string, let params = try? JSONDocument(parsing: writer.bytes[...]) else {
        throw Self.malformed("`resourceSubscriptions` must hold strings", uri, document)
      }
      subscriptions.append(params)
    }
  }

  private static func member(
    _ name: StaticString, of object: JSONDocument.Node, in document: JSONDocument
  ) throws(GovernedRequest.Malformed) -> JSONDocument.Node? {
    var found: JSONDocument.Node?
    for (key, value) in document.members(of: object) {
      if document.string(key, equals: name) { found = value }
      if LookAlike.isLookAlike(document.text(key), of: name) {
        throw malformed("a key that some readers take for another one", key, document)
      }
    }
    return found
  }

  private static func malformed(
    _ reason: String, _ node: JSONDocument.Node, _ document: JSONDocument
  ) -> GovernedRequest.Malformed {
    GovernedRequest.Malformed(reason: reason, offset: document.range(of: node).lowerBound)
  }
}
