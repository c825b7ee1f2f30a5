public import Wire

/// What a policy judges: an action in all its spellings, its arguments, its context.
public struct Call: Sendable {
  /// `tool:method`, as decisions and records name it.
  public let subject: [UInt8]
  public let arguments: (document: JSONDocument, node: JSONDocument.Node)?
  public let context: Context

  /// The spellings, as ``ActionPattern/normalized(_:)`` gives them.
  let actions: [[UInt8]]
  /// What `resources:` selects by.
  let resource: [UInt8]

  /// A call of an MCP tool. A policy may spell it `server:tool`, `mcp__server__tool`, or `mcp.tool.call` with the
  /// resource `mcp://server/tool`; the first rule that matches any of them decides.
  public init(
    server: [UInt8], tool: [UInt8], arguments: (JSONDocument, JSONDocument.Node)?, context: Context
  ) {
    subject = server + [UInt8(ascii: ":")] + tool
    let underscores = Array("__".utf8)
    actions = [
      ActionPattern.normalized(subject),
      ActionPattern.normalized(Array("mcp__".utf8) + server + underscores + tool + Array(":*".utf8)),
      Array("mcp.tool.call:*".utf8),
    ]
    resource = Array("mcp://".utf8) + server + [UInt8(ascii: "/")] + tool
    self.arguments = arguments.map { (document: $0.0, node: $0.1) }
    self.context = context
  }

  /// A call as the SDK knows it: one spelling.
  public init(
    tool: [UInt8], method: [UInt8], resource: [UInt8] = [], arguments: (JSONDocument, JSONDocument.Node)?,
    context: Context
  ) {
    subject = tool + [UInt8(ascii: ":")] + method
    actions = [ActionPattern.normalized(subject)]
    self.resource = resource
    self.arguments = arguments.map { (document: $0.0, node: $0.1) }
    self.context = context
  }
}
