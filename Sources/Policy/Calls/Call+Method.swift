public import Wire

extension Call {
  /// A request of MCP's that is no tool call, under `server:method`: `filesystem:resources/read`.
  ///
  /// - Parameters:
  ///   - arguments: the request's `params`.
  ///   - uri: of `resources/read`, which a policy may also spell `mcp.resource.read` with the resource
  ///     `mcp://server/uri`.
  public init(
    server: [UInt8], method: [UInt8], arguments: (JSONDocument, JSONDocument.Node)?, uri: [UInt8]? = nil,
    context: Context, files: (any FileSystemView)? = nil
  ) {
    let members = context.members
    var actions = [
      Candidates.Action(
        text: ActionPattern.normalized(server + [UInt8(ascii: ":")] + method), isWidened: true, isLegacy: true)
    ]
    if uri != nil {
      actions.append(.init(text: Array("mcp.resource.read:*".utf8), isWidened: true, isLegacy: true))
    }
    body = CallBody(
      subject: server + [UInt8(ascii: ":")] + method, arguments: arguments.map { (document: $0.0, node: $0.1) },
      context: members, schema: nil, files: files, isTypeStrict: true, candidates: actions,
      fault: members == nil ? .unusableContext : nil,
      resource: uri.map { Array("mcp://".utf8) + server + [UInt8(ascii: "/")] + $0 })
  }
}
