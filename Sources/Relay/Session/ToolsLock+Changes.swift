import Wire

extension ToolsLock {
  /// What became of the tools of one lock in another.
  public struct Change: Sendable {
    public enum Kind: String, Sendable { case added, removed, changed }

    /// The tool's name; nil for the server's instructions.
    public let tool: [UInt8]?
    public let kind: Kind
    /// Where it changed, with the old and the new JSON text: nil for what is not there. A tool that was added stands
    /// here as a whole, with no place.
    public let details: [(place: String, old: [UInt8]?, new: [UInt8]?)]
  }

  /// What is different in a later lock of the same server.
  public func changes(to later: ToolsLock) -> [Change] {
    var changes: [Change] = []
    if let old = instructions, let new = later.instructions {
      changes += change(of: nil, from: (document, old), to: (later.document, new), in: later)
    }
    for (name, tool) in toolsByName {
      if let other = later.tools[name] {
        changes += change(of: name, from: (document, tool), to: (later.document, other), in: later)
      } else {
        changes.append(Change(tool: name, kind: .removed, details: []))
      }
    }
    for (name, tool) in later.toolsByName where tools[name] == nil {
      let text = Array(later.document.raw(tool))
      changes.append(Change(tool: name, kind: .added, details: [(place: "", old: nil, new: text)]))
    }
    return changes
  }

  /// The tools in the order in which `czproxy tools lock` prints them.
  private var toolsByName: [(key: [UInt8], value: JSONDocument.Node)] {
    tools.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  private func change(
    of tool: [UInt8]?, from old: JSONDifference.Value, to new: JSONDifference.Value, in later: ToolsLock
  ) -> [Change] {
    let differences = JSONDifference.all(from: old, to: new, limit: .max)
    guard !differences.isEmpty else { return [] }
    let details = differences.map { difference in
      (
        place: Self.text(of: difference.path), old: difference.old.map { Array(document.raw($0)) },
        new: difference.new.map { Array(later.document.raw($0)) }
      )
    }
    return [Change(tool: tool, kind: .changed, details: details)]
  }
}
