import Python
import Wire

/// The actions that a call stands for, under every name that policies may use (Control Zero 1.13.16).
struct Candidates: Sendable {
  struct Action: Sendable {
    /// From ``ActionPattern/normalized(_:)``.
    let text: [UInt8]
    /// Whether the SDK asks about this action now.
    var isWidened: Bool
    /// Whether the SDK asked about this action before it knew families.
    var isLegacy: Bool
  }

  /// Why no rule can be consulted about the call.
  enum Fault: Error {
    case emptyTool
    case missingHostTool
    case unusableContext
    case complexCommand
  }

  private(set) var actions: [Action] = []

  /// - Parameters:
  ///   - method: what the tool is asked to do; `*` for nothing in particular.
  init(
    tool: [UInt8], method: [UInt8], arguments: (document: JSONDocument, node: JSONDocument.Node)?,
    context: ContextMembers
  ) throws(Fault) {
    guard !tool.isEmpty else { throw .emptyTool }
    if context.origin.needsHostTool, context.hostTool == nil { throw .missingHostTool }
    let primary = tool + [UInt8(ascii: ":")] + method
    let folded = CaseFolding.folded(tool)
    let family = ToolFamily.family(ofFolded: folded)
    let extras = try Self.derived(tool: tool, primary: primary, arguments: arguments, context: context)
    if family == nil, context.hostTool == nil, extras.isEmpty {
      actions = [Action(text: ActionPattern.normalized(primary), isWidened: true, isLegacy: true)]
      return
    }
    let names = Self.names(tool: tool, folded: folded, family: family, hostTool: context.hostTool, method: method)
    if let said = extras.first, let governing = DatabaseAction.governing(method: primary, statement: said) {
      let expanded = DatabaseAction.expanded([governing])
      add(expanded, isWidened: true, isLegacy: true)
      return
    }
    let earlier = context.hostTool.flatMap { ToolFamily.actionBeforeFamily(ofHostTool: Array($0)) }
    add(DatabaseAction.expanded(names + extras), isWidened: true, isLegacy: false)
    add(DatabaseAction.expanded([earlier ?? primary] + extras), isWidened: false, isLegacy: true)
  }

  private mutating func add(_ texts: [[UInt8]], isWidened: Bool, isLegacy: Bool) {
    for text in texts {
      let normalized = ActionPattern.normalized(text)
      if let place = actions.firstIndex(where: { $0.text == normalized }) {
        actions[place].isWidened = actions[place].isWidened || isWidened
        actions[place].isLegacy = actions[place].isLegacy || isLegacy
      } else {
        actions.append(Action(text: normalized, isWidened: isWidened, isLegacy: isLegacy))
      }
    }
  }

  /// The call under each name of its tool.
  static func names(
    tool: [UInt8], folded: [UInt8], family: [UInt8]?, hostTool: ArraySlice<UInt8>?, method: [UInt8]
  ) -> [[UInt8]] {
    var names = [tool]
    var seen = [folded]
    for name in [family, hostTool.map(Array.init)] {
      guard let name else { continue }
      let folded = CaseFolding.folded(name)
      guard !seen.contains(folded) else { continue }
      seen.append(folded)
      names.append(name)
    }
    return names.map { $0 + [UInt8(ascii: ":")] + method }
  }

  /// The actions that the arguments imply; that of a class comes first.
  private static func derived(
    tool: [UInt8], primary: [UInt8], arguments: (document: JSONDocument, node: JSONDocument.Node)?,
    context: ContextMembers
  ) throws(Fault) -> [[UInt8]] {
    var named: [UInt8]
    switch context.semanticAction {
    case .none: named = []
    case .text(let text): named = Array(text)
    case .unusable: named = []
    }
    if tool.elementsEqual("database".utf8), let sql = text(["sql"], in: arguments), let found = SQLClass.of(sql) {
      named = found.action
    } else if case .unusable = context.semanticAction {
      throw .unusableContext
    }
    var extras: [[UInt8]] = []
    guard tool.elementsEqual("Bash".utf8), let command = text(["command", "CommandLine"], in: arguments) else {
      return named.isEmpty || named == primary ? [] : [named]
    }
    do throws(ShellClass.TooComplex) {
      if named.isEmpty, let found = try ShellClass.of(command) { named = Array("\(found.name):\(found.name)".utf8) }
    } catch {
      throw .complexCommand
    }
    guard command.count <= ShellClass.maxCommandBytes, let segments = ShellCommand.segments(of: command) else {
      throw .complexCommand
    }
    if !named.isEmpty, named != primary { extras.append(named) }
    for action in GitCommand.actions(in: segments) where !extras.contains(action) { extras.append(action) }
    return extras
  }

  /// The first of these arguments whose text is not empty.
  private static func text(
    _ keys: [StaticString], in arguments: (document: JSONDocument, node: JSONDocument.Node)?
  ) -> ArraySlice<UInt8>? {
    guard let arguments else { return nil }
    for key in keys {
      guard let node = arguments.document.member(key, of: arguments.node) else { continue }
      let text = arguments.document.text(node)
      if !text.isEmpty { return text }
    }
    return nil
  }
}
