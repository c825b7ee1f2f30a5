public import Wire

extension Call {
  /// An MCP request other than a tool call, named `server:method`: `filesystem:resources/read`.
  ///
  /// - Parameters:
  ///   - arguments: the request's `params`.
  ///   - uri: the URI of `resources/read`, which a policy may also spell `mcp.resource.read` with the resource
  ///     `mcp://server/uri`.
  public init(
    server: [UInt8], method: [UInt8], arguments: (JSONDocument, JSONDocument.Node)?, uri: [UInt8]? = nil,
    context: Context, files: (any FileSystemView)? = nil
  ) {
    self.init(
      server: server, method: method, arguments: arguments, resource: uri.map { .uri($0) }, context: context,
      files: files)
  }

  /// The reading of a resource whose URI is not known yet, such as one that a template stands for.
  ///
  /// For ``Policy/decidesOutright(_:)``.
  public init(readingAnyResourceOf server: [UInt8], context: Context) {
    self.init(
      server: server, method: Array("resources/read".utf8), arguments: nil, resource: .any, context: context,
      files: nil)
  }

  private enum Resource {
    case uri([UInt8])
    case any
  }

  private init(
    server: [UInt8], method: [UInt8], arguments: (JSONDocument, JSONDocument.Node)?, resource: Resource?,
    context: Context, files: (any FileSystemView)?
  ) {
    let members = context.members
    let subject = server + [UInt8(ascii: ":")] + method
    var actions = [Candidates.Action(text: ActionPattern.normalized(subject), isWidened: true, isLegacy: true)]
    if resource != nil {
      actions.append(.init(text: Array("mcp.resource.read:*".utf8), isWidened: true, isLegacy: true))
    }
    var name: [UInt8]?
    var isForAnyResource = false
    switch resource {
    case .uri(let uri)?: name = Array("mcp://".utf8) + server + [UInt8(ascii: "/")] + uri
    case .any?: isForAnyResource = true
    case nil: break
    }
    body = CallBody(
      subject: subject, arguments: arguments.map { (document: $0.0, node: $0.1) }, context: members, schema: nil,
      files: files, isTypeStrict: true, candidates: actions, fault: members == nil ? .unusableContext : nil,
      resource: name, isForAnyResource: isForAnyResource)
  }
}
