public import Wire

/// What a policy judges: an action in all its spellings, its arguments, its context.
public struct Call: Sendable {
  /// `tool:method`, as decisions and records name it.
  public let subject: [UInt8]
  public let arguments: (document: JSONDocument, node: JSONDocument.Node)?
  public let context: Context

  /// What the tool says about its arguments; nil where that is not known.
  let schema: ArgumentSchema?
  /// What `within` looks at.
  let files: (any FileSystemView)?
  /// Arguments are taken by their types, as servers take them, and not as text alone.
  let isTypeStrict: Bool

  let candidates: [Candidates.Action]
  /// Why no rule can be asked.
  let fault: Candidates.Fault?
  /// Overlays the context's own resource.
  let resource: [UInt8]?

  /// A call of an MCP tool. A policy may spell it `server:tool`, `mcp__server__tool`, or `mcp.tool.call` with the
  /// resource `mcp://server/tool`; the first rule that matches any of them decides.
  ///
  /// - Parameters:
  ///   - arguments: an object.
  ///   - schema: the tool's `inputSchema`, an object, where it is known.
  ///   - files: the file system of the server, for `within`.
  public init(
    server: [UInt8], tool: [UInt8], arguments: (JSONDocument, JSONDocument.Node)?, context: Context,
    schema: (JSONDocument, JSONDocument.Node)? = nil, files: (any FileSystemView)? = nil
  ) {
    subject = server + [UInt8(ascii: ":")] + tool
    self.arguments = arguments.map { (document: $0.0, node: $0.1) }
    self.context = context
    self.schema = schema.map { ArgumentSchema(document: $0.0, root: $0.1) }
    self.files = files
    isTypeStrict = true
    resource = Array("mcp://".utf8) + server + [UInt8(ascii: "/")] + tool
    var (actions, fault) = Self.candidates(tool: server, method: tool, self.arguments, context)
    if fault == nil {
      let underscored = Array("mcp__".utf8) + server + Array("__".utf8) + tool + Array(":*".utf8)
      actions.append(.init(text: ActionPattern.normalized(underscored), isWidened: true, isLegacy: true))
      actions.append(.init(text: Self.toolCall, isWidened: true, isLegacy: true))
    }
    candidates = actions
    self.fault = fault
  }

  /// A call as the SDK knows it: one spelling, and every argument by its text.
  ///
  /// - Parameter resource: empty for that of the context.
  public init(
    tool: [UInt8], method: [UInt8], resource: [UInt8] = [], arguments: (JSONDocument, JSONDocument.Node)?,
    context: Context, files: (any FileSystemView)? = nil
  ) {
    subject = tool + [UInt8(ascii: ":")] + method
    self.arguments = arguments.map { (document: $0.0, node: $0.1) }
    self.context = context
    schema = nil
    self.files = files
    isTypeStrict = false
    self.resource = resource.isEmpty ? nil : resource
    (candidates, fault) = Self.candidates(tool: tool, method: method, self.arguments, context)
  }

  private static let toolCall = Array("mcp.tool.call:*".utf8)

  private static func candidates(
    tool: [UInt8], method: [UInt8], _ arguments: (document: JSONDocument, node: JSONDocument.Node)?,
    _ context: Context
  ) -> ([Candidates.Action], Candidates.Fault?) {
    guard let members = context.members else { return ([], .unusableContext) }
    do throws(Candidates.Fault) {
      return (try Candidates(tool: tool, method: method, arguments: arguments, context: members).actions, nil)
    } catch {
      return ([], error)
    }
  }
}
