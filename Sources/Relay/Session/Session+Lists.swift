import Policy
import Wire

/// Lists of what the server has, and what begins a connection: entries that are denied outright need not be shown.
extension Session {
  mutating func passList(
    _ directory: PendingRequests.Entry.Directory, _ result: JSONDocument.Node, in document: JSONDocument,
    to request: PendingRequests.Entry, _ line: LineFramer.Line
  ) -> Step {
    let shape: ListEditor.Shape
    var strangers: ToolsLock.Strangers?
    switch directory {
    case .toolList:
      catalog.learn(from: result, in: document)
      strangers = toolsLock?.examine(result, in: document)
      shape = .tools
    case .promptList: shape = .prompts
    case .resourceList: shape = .resources
    case .templateList: shape = .templates
    case .initialize:
      hasHandshake = true
      announcements.learn(fromInitialize: result, in: document)
      return introduce(result, in: document, by: directory, to: request)
    case .discover:
      return introduce(result, in: document, by: directory, to: request)
    case .ping, .listen:
      // Empty by the protocol, but not to be relied on.
      return pass(result, in: document, of: directory.method.bytes, to: request, line)
    }
    let editor = ListEditor(
      result, shape, in: document,
      isHidden: { entry, names in
        !options.observes && strangers?.entries.contains(entry) ?? false
          || names.contains { isHidden($0, directory) }
      },
      hints: { directory == .toolList && !options.observes ? policy.annotations(of: subject(of: $0)) : [] })
    var step = Step()
    if let report = strangers?.report { step.effects.append(.report(report)) }
    step.effects.append(.forward(editor.edits))
    guard !editor.edits.isEmpty else { return step }
    step.records = [.listEdit(.init(method: directory.method.bytes, id: request.id, hidden: editor.removed))]
    return step
  }

  /// Passes what the server tells a model about itself, unless a person has accepted something else.
  private func introduce(
    _ result: JSONDocument.Node, in document: JSONDocument, by directory: PendingRequests.Entry.Directory,
    to request: PendingRequests.Entry
  ) -> Step {
    let edits = toolsLock?.edits(ofInstructionsIn: result, in: document) ?? []
    guard !edits.isEmpty else { return Step(.forward) }
    let report = Effect.report("the server's instructions are not those of the tools lock: see `czproxy tools diff`")
    guard !options.observes else { return Step(report, .forward) }
    return Step(
      record: .listEdit(.init(method: directory.method.bytes, id: request.id, hidden: edits.count)), report,
      .forwardEdited(edits))
  }

  /// Whether a call of this entry would be denied whatever its arguments are.
  private func isHidden(_ name: [UInt8], _ directory: PendingRequests.Entry.Directory) -> Bool {
    guard options.hidesDenied, !options.observes, obstacle == nil else { return false }
    let server = options.server.bytes
    switch directory {
    case .toolList:
      return policy.deniesOutright(Call(server: server, tool: name, arguments: nil, context: options.context))
    case .promptList:
      return policy.deniesOutright(
        Call(server: server, method: Array("prompts/get".utf8), arguments: nil, context: options.context))
    case .templateList:
      return policy.deniesOutright(Call(readingAnyResourceOf: server, context: options.context))
    default:
      return policy.deniesOutright(
        Call(server: server, method: Array("resources/read".utf8), arguments: nil, uri: name, context: options.context))
    }
  }
}
