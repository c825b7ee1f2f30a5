import Relay
import Wire

/// A first policy, based on a server's description of its tools.
struct PolicyDraft {
  /// A tool as the server describes it. Nothing vouches for the description.
  private struct Tool {
    let name: String
    let description: String
    var isReadOnly: Bool
  }

  private let server: String
  private var tools: [Tool] = []
  /// The index of each name in ``tools``.
  private var indices: [String: Int] = [:]
  /// Escaped names that no rule can contain, or that a rule would read as a pattern.
  private var unusableNames: [String] = []

  init(server: String) { self.server = server }

  /// Adds the `tools` of an answer to `tools/list`; returns whether there is room for more.
  mutating func add(_ list: JSONDocument.Node, in document: JSONDocument) -> Bool {
    for node in document.elements(of: list) {
      guard let name = document.string("name", of: node) else { continue }
      guard !name.isEmpty, name.allSatisfy(ServerName.isAllowed) else {
        unusableNames.append(DisplayText.escaped(name, limit: 128))
        continue
      }
      let annotations = document.member("annotations", of: node)
      let isReadOnly = annotations.map { document.isTrue("readOnlyHint", of: $0) } ?? false
      let text = String(decoding: name, as: UTF8.self)
      if let known = indices[text] {
        // One rule covers both tools, and only the server knows which of them a call reaches.
        if !isReadOnly { tools[known].isReadOnly = false }
        continue
      }
      indices[text] = tools.count
      let description = document.string("description", of: node) ?? []
      tools.append(
        Tool(
          name: text,
          description: DisplayText.escaped(description.prefix { $0 != 0x0a && $0 != 0x0d }, limit: 60),
          isReadOnly: isReadOnly))
    }
    return tools.count + unusableNames.count < ToolList.maxTools
  }

  /// The policy, in YAML.
  var text: String {
    let readOnly = tools.filter(\.isReadOnly)
    let others = tools.filter { !$0.isReadOnly }
    var lines = [
      "# Drafted from the tools that `\(server)` lists. Nothing vouches for what it says of them: check before use.",
      "#   czproxy policy test \(server) --method TOOL --policy FILE",
      "version: \"1\"",
    ]
    // Nobody would miss resources and prompts that never appear in a list, so the draft tells how to allow them.
    lines += [
      "rules:",
      "  # Its resources and prompts, if it has any, are denied too, and leave the lists, unless a rule names them:",
      "  # - allow: [\"\(server):resources/read\", \"\(server):resources/subscribe\", \"\(server):prompts/get\"]",
    ]
    if tools.isEmpty {
      // A policy holds at least one rule.
      lines += ["  - deny: \"\(server)\"" + (unusableNames.isEmpty ? "  # it offers no tool" : "")]
      lines.append("    reason: nobody has allowed this yet in the policy")
    }
    // Denied tools come first: if the server is named like a tool family, an allowed name may also be the family's name
    // for an action of other tools.
    if !others.isEmpty {
      lines += [
        "  # The server does not call these read-only. Move those that the agent may use to an `allow`.", "  - deny:",
      ]
      lines += actions(others) + ["    reason: nobody has allowed this yet in the policy"]
    }
    if !readOnly.isEmpty {
      lines += ["  # The server says that these tools only read.", "  - allow:"] + actions(readOnly)
    }
    lines += unusableNames.map { "# No rule names this one, so it is denied: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func actions(_ tools: [Tool]) -> [String] {
    let width = min(tools.map(\.name.utf8.count).max() ?? 0, 40)
    return tools.map { tool in
      let action = "      - \"\(server):\(tool.name)\""
      guard !tool.description.isEmpty else { return action }
      return action + String(repeating: " ", count: max(width - tool.name.utf8.count, 0)) + "  # \(tool.description)"
    }
  }
}
