import Python

/// The families of the known hosts' tools (Control Zero 1.13.16, tool extractors 2).
///
/// A policy that names a family also covers the tools in it. For MCP, the server's name is the tool's name here.
enum ToolFamily {
  /// The family of a tool, regardless of case; nil for none.
  ///
  /// - Parameter folded: the tool's name, case-folded.
  static func family(ofFolded folded: some Collection<UInt8>) -> [UInt8]? {
    var low = 0
    var high = names.count
    while low < high {
      let middle = (low + high) / 2
      if names[middle].name.lexicographicallyPrecedes(folded) { low = middle + 1 } else { high = middle }
    }
    guard low < names.count, names[low].name.elementsEqual(folded) else { return nil }
    return names[low].family
  }

  /// The action that the SDK asked about for a host's tool name before it knew the name's family; nil if it always knew
  /// the family.
  static func actionBeforeFamily(ofHostTool name: [UInt8]) -> [UInt8]? {
    guard let family = family(ofFolded: CaseFolding.folded(name)), family != name else { return nil }
    let text = String(decoding: name, as: UTF8.self)
    let isOriginal = !laterNames.contains(text) && members.contains { $0.family == text || $0.names.contains(text) }
    return isOriginal ? nil : name + ":*".utf8
  }

  private static let members: [(family: String, names: [String])] = [
    ("database", ["sql", "Database", "PostgreSQL", "MySQL", "postgres", "sqlite"]),
    (
      "Bash",
      [
        "bash", "shell", "ShellTool", "run_shell_command", "run_command", "PowerShell", "powershell", "Shell",
        "execute_bash", "local_shell", "run_terminal_cmd", "run_terminal_command",
      ]
    ),
    ("http", ["fetch", "web_fetch", "WebFetch", "HTTPRequest", "request"]),
    ("web_search", ["WebSearch", "google_web_search", "SearchTool"]),
    ("browser", ["playwright", "Puppeteer"]),
    (
      "file_read",
      [
        "read_file", "Read", "ReadFile", "read_many_files", "view_file", "NotebookRead", "fs_read", "fsRead",
        "hashline_read",
      ]
    ),
    (
      "file_write",
      [
        "write_file", "Write", "WriteFile", "edit_file", "Edit", "replace", "apply_patch", "write_to_file",
        "replace_file_content", "MultiEdit", "NotebookEdit", "fs_write", "fsWrite", "search_replace", "hashline_edit",
      ]
    ),
    ("file_search", ["Grep", "grep_search", "Glob", "glob", "ListDir", "hashline_grep", "list_dir"]),
    ("task", ["Task", "Agent", "subagent", "spawn_agent", "spawn_subagent"]),
  ]

  /// Names that joined their family after the SDK began to ask about families.
  private static let laterNames: Set<String> = [
    "MultiEdit", "NotebookEdit", "fs_write", "fsWrite", "NotebookRead", "fs_read", "fsRead",
    "run_terminal_command", "search_replace", "hashline_edit", "hashline_read", "hashline_grep", "list_dir",
    "spawn_subagent",
  ]

  /// Case-folded and sorted.
  private static let names: [(name: [UInt8], family: [UInt8])] = {
    var families: [[UInt8]: [UInt8]] = [:]
    for (family, names) in members {
      for name in [family] + names { families[CaseFolding.folded(name.utf8)] = Array(family.utf8) }
    }
    return families.map { ($0.key, $0.value) }.sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }()
}
