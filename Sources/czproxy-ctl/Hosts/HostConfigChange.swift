import ArgumentParser
import HostConfig
import Wire

/// A change of the servers in a host's config.
struct HostConfigChange {
  enum Outcome {
    case wrapped, rewrapped, unwrapped
    /// Unchanged, for the given reason.
    case left(String)

    var isChange: Bool {
      switch self {
      case .wrapped, .rewrapped, .unwrapped: true
      case .left: false
      }
    }

    /// The name of the outcome for programs.
    var name: String {
      switch self {
      case .wrapped: "wrapped"
      case .rewrapped: "rewrapped"
      case .unwrapped: "unwrapped"
      case .left: "left"
      }
    }

    /// The wording of the outcome for people.
    var word: String {
      switch self {
      case .wrapped: "wrapped"
      case .rewrapped: "wrapped anew"
      case .unwrapped: "unwrapped"
      case .left: "left as it is"
      }
    }
  }

  private let file: HostConfigFile
  private var outcomes: [(server: ServerEntry, outcome: Outcome)] = []
  private var edits: [ByteEdit] = []

  /// Exits with 1 if the file can't be used.
  init(of path: String) throws {
    do throws(HostConfigFile.Failure) {
      file = try HostConfigFile(path)
    } catch {
      Terminal.complain("\(error)")
      throw ExitCode(1)
    }
  }

  var config: HostConfig { file.config }

  /// The servers with these names, or all if no name is given; exits with 1 if a server does not exist.
  func servers(named names: [String]) throws -> [ServerEntry] {
    let servers = file.config.servers
    for name in names where !servers.contains(where: { $0.name == name }) {
      let known = servers.map { "`\(DisplayText.escaped($0.name.utf8))`" }.joined(separator: ", ")
      Terminal.complain(
        "\(file.path): there is no server `\(name)`; there \(known.isEmpty ? "is none" : "are \(known)")")
      throw ExitCode(1)
    }
    return names.isEmpty ? servers : servers.filter { names.contains($0.name) }
  }

  mutating func add(_ outcome: Outcome, of server: ServerEntry, _ edits: [ByteEdit] = []) {
    outcomes.append((server, outcome))
    self.edits += edits
  }

  /// Writes the file if it changes, and reports the outcome for each server. With `isDryRun`, prints the new file on
  /// standard output instead, and the outcomes on standard error.
  func finish(isDryRun: Bool, format: OutputFormat, hint: String) throws {
    let bytes = file.config.edited(edits)
    let isChanged = bytes != file.config.bytes
    guard let after = try? HostConfig(bytes, format: file.config.format), after.hasSameServers(as: file.config) else {
      Terminal.complain("\(file.path): the change would be read as another one, and nothing was written")
      throw ExitCode(74)
    }
    if isDryRun {
      for line in lines { Terminal.printError(line) }
      return try Terminal.write(bytes)
    }
    if isChanged {
      do throws(HostConfigFile.Failure) {
        try file.replace(with: bytes)
      } catch {
        Terminal.complain("\(error)")
        throw ExitCode(74)
      }
    }
    switch format {
    case .text:
      for line in lines { print(line) }
      if isChanged { print(hint) }
    case .json:
      Terminal.printJSON { writeMembers(isChanged: isChanged, to: &$0) }
    }
  }

  private var lines: [String] {
    [file.path]
      + outcomes.map { server, outcome in
        let project = server.project.map { " (in \(DisplayText.escaped($0.utf8)))" } ?? ""
        let line = "  \(DisplayText.escaped(server.name.utf8))\(project): \(outcome.word)"
        guard case .left(let reason) = outcome else { return line }
        return "\(line): \(reason)"
      } + (outcomes.isEmpty ? ["  \(file.config.format.nothingFound)"] : [])
  }

  private func writeMembers(isChanged: Bool, to writer: inout JSONWriter) {
    writer.string("file", file.path)
    writer.boolean("changed", isChanged)
    writer.beginArray("servers")
    for (server, outcome) in outcomes {
      writer.beginObject()
      writer.string("name", server.name)
      if let project = server.project { writer.string("project", project) }
      writer.string("outcome", outcome.name)
      if case .left(let reason) = outcome {
        writer.string("reason", reason)
      }
      writer.endObject()
    }
    writer.endArray()
  }
}
