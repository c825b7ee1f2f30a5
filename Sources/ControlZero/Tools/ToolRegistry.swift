internal import MCPHost
internal import Relay

/// The tools of a session, by name: closures, MCP servers, and those that the service only lists.
final class ToolRegistry: Sendable {
  private struct Entry: Sendable {
    let executor: Executor
    /// What a server said about its tools; nil if it was not asked.
    var catalog: ServerCatalog?
  }

  private struct State: Sendable {
    /// By the bytes of the name.
    var entries: [[UInt8]: Entry] = [:]
    var listed: Set<[UInt8]> = []
  }

  private let state = Published(State())

  /// A later registration replaces an earlier one.
  func register(_ name: String, _ executor: Executor) {
    let replaced = state.update { state in
      state.entries.updateValue(Entry(executor: executor), forKey: Array(name.utf8))
    }
    if case .server(let server)? = replaced?.executor { server.close() }
  }

  /// Adds the servers of a file; a tool that the program itself registered under such a name stays.
  ///
  /// - Parameter startTimeout: how long each answer may take while a server starts, in nanoseconds.
  func add(_ servers: [(name: String, command: ServerCommand)], startTimeout: UInt64) {
    for (name, command) in servers {
      let server = Self.server(command, startTimeout: startTimeout)
      state.update { state in
        guard state.entries[Array(name.utf8)] == nil else { return }
        state.entries[Array(name.utf8)] = Entry(executor: .server(server))
      }
    }
  }

  /// - Parameter startTimeout: how long each answer may take while the server starts, in nanoseconds.
  static func server(_ command: ServerCommand, startTimeout: UInt64) -> MCPServer {
    var options = MCPServer.Options()
    options.clientName = "controlzero-swift"
    options.clientVersion = Version.number
    options.startTimeout = startTimeout
    return MCPServer(command, options: options)
  }

  func list(_ names: [[UInt8]]) { state.update { $0.listed = Set(names) } }

  func isListed(_ name: String) -> Bool { state.current.listed.contains(Array(name.utf8)) }

  func executor(of name: String) -> Executor? { state.current.entries[Array(name.utf8)]?.executor }

  /// What a server says about its tools; nil if it was not asked, or may say something else by now.
  func catalog(of name: String) -> ServerCatalog? {
    guard let entry = state.current.entries[Array(name.utf8)], case .server(let server) = entry.executor,
      entry.catalog?.version == server.toolsVersion
    else { return nil }
    return entry.catalog
  }

  /// Keeps what a server said, unless it may say more if asked again.
  func learn(_ reading: ServerCatalog.Reading, of name: String) -> ServerCatalog {
    if reading.isComplete { state.update { $0.entries[Array(name.utf8)]?.catalog = reading.catalog } }
    return reading.catalog
  }

  /// Ends all servers, at the same time. Blocks until they are gone.
  func close() {
    let servers = state.current.entries.values.compactMap { entry in
      if case .server(let server) = entry.executor { server } else { nil }
    }
    for server in servers { server.beginClosing() }
    for server in servers { server.close() }
  }
}
