public import Wire

/// What a policy judges: an action in all its spellings, its arguments, its context.
public struct Call: Sendable {
  let body: CallBody

  /// `tool:method`, as decisions and records name it.
  public var subject: [UInt8] { body.subject }

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
    let separator = UInt8(ascii: ":")
    let members = context.members
    var (actions, fault) = Self.candidates(tool: server, method: tool, arguments, members)
    if fault == nil {
      actions.append(
        .init(
          text: ActionPattern.normalized(joined("mcp__", server, "__", tool, ":*")), isWidened: true, isLegacy: true))
      actions.append(.init(text: Self.toolCall, isWidened: true, isLegacy: true))
    }
    body = CallBody(
      subject: server + [separator] + tool, arguments: arguments.map { (document: $0.0, node: $0.1) },
      context: members, schema: schema.map { ArgumentSchema(document: $0.0, root: $0.1) }, files: files,
      isTypeStrict: true, candidates: actions, fault: fault, resource: joined("mcp://", server, "/", tool, ""))
  }

  /// A call as the SDK sees it: one spelling, with every argument as text.
  ///
  /// - Parameter resource: empty for the context's own.
  public init(
    tool: [UInt8], method: [UInt8], resource: [UInt8] = [], arguments: (JSONDocument, JSONDocument.Node)?,
    context: Context, files: (any FileSystemView)? = nil
  ) {
    let members = context.members
    let (actions, fault) = Self.candidates(tool: tool, method: method, arguments, members)
    body = CallBody(
      subject: tool + [UInt8(ascii: ":")] + method, arguments: arguments.map { (document: $0.0, node: $0.1) },
      context: members, schema: nil, files: files, isTypeStrict: false, candidates: actions, fault: fault,
      resource: resource.isEmpty ? nil : resource)
  }

  private static let toolCall = Array("mcp.tool.call:*".utf8)

  private static func candidates(
    tool: [UInt8], method: [UInt8], _ arguments: (JSONDocument, JSONDocument.Node)?, _ members: ContextMembers?
  ) -> ([Candidates.Action], Candidates.Fault?) {
    guard let members else { return ([], .unusableContext) }
    do throws(Candidates.Fault) {
      let arguments = arguments.map { (document: $0.0, node: $0.1) }
      return (try Candidates(tool: tool, method: method, arguments: arguments, context: members).actions, nil)
    } catch {
      return ([], error)
    }
  }
}

private func joined(
  _ start: StaticString, _ first: [UInt8], _ middle: StaticString, _ second: [UInt8], _ end: StaticString
) -> [UInt8] {
  var text: [UInt8] = []
  text.reserveCapacity(first.count + second.count + 16)
  // SAFETY: a StaticString's buffer lives as long as the process.
  start.withUTF8Buffer { unsafe text.append(contentsOf: $0) }
  text.append(contentsOf: first)
  middle.withUTF8Buffer { unsafe text.append(contentsOf: $0) }
  text.append(contentsOf: second)
  end.withUTF8Buffer { unsafe text.append(contentsOf: $0) }
  return text
}
