internal import MCPHost
internal import Platform
internal import State
internal import Wire

/// A file of MCP servers, in the format that hosts use: `{"mcpServers": {NAME: {"command": …, "args": […], "env": {…}}}}`,
/// or `servers` for `mcpServers`. `cwd` is understood; a server that is `disabled`, or no child process, is left out.
enum ServersFile {
  private static let maxBytes = 1 << 20
  /// Variables that hold secrets of ours. Servers get the rest of our environment.
  private static let withheld = Set(ServiceSettings.keyVariables)

  static func read(
    _ path: String
  ) throws(InvalidConfigurationError) -> [(name: String, command: ServerCommand)] {
    func invalid(_ text: String) -> InvalidConfigurationError {
      InvalidConfigurationError(description: "\(path): \(text)")
    }
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: try FileReader.read(path, limit: maxBytes)[...], options: .document)
    } catch {
      throw invalid("the file of MCP servers can't be read: \(error)")
    }
    let root = document.root
    guard let servers = document.member("mcpServers", of: root) ?? document.member("servers", of: root),
      document.kind(of: servers) == .object
    else { throw invalid("there is no object `mcpServers`") }
    var result: [(name: String, command: ServerCommand)] = []
    for (key, value) in document.members(of: servers) {
      let name = String(decoding: document.text(key), as: UTF8.self)
      guard document.kind(of: value) == .object else { throw invalid("`\(name)` must be an object") }
      if document.isTrue("disabled", of: value) { continue }
      guard let program = document.member("command", of: value) else { continue }
      guard let program = document.string(program), !program.isEmpty else {
        throw invalid("`command` of `\(name)` must be a string that is not empty")
      }
      let arguments = document.member("args", of: value)
      let words = arguments.map { Array(document.elements(of: $0)).map { document.string($0) } } ?? []
      guard arguments.map({ document.kind(of: $0) == .array }) ?? true, !words.contains(nil) else {
        throw invalid("`args` of `\(name)` must be a list of strings")
      }
      var environment: [String: String] = [:]
      for (key, value) in Array(document.member("env", of: value).map { document.members(of: $0).map { $0 } } ?? []) {
        guard let text = document.string(value) else {
          throw invalid("`env` of `\(name)` must hold strings")
        }
        environment[String(decoding: document.text(key), as: UTF8.self)] = String(decoding: text, as: UTF8.self)
      }
      let directory = document.string("cwd", of: value)
      let all = [program] + words.compactMap { $0 }
      guard !all.contains(where: { $0.contains(0) }) else {
        throw invalid("the command of `\(name)` holds a zero byte")
      }
      result.append(
        (
          name,
          ServerCommand(
            all.map { String(decoding: $0, as: UTF8.self) }, environment: environment,
            directory: directory.map { String(decoding: $0, as: UTF8.self) }, withheld: withheld)
        ))
    }
    return result
  }

  static func command(
    _ words: [String], environment: [String: String], directory: String?
  ) -> ServerCommand {
    ServerCommand(words, environment: environment, directory: directory, withheld: withheld)
  }
}
