import MCPHost
import Policy
import Wire

/// A server's tools, from a file or from the server itself.
enum ToolList {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Milliseconds to wait for each answer.
  private static let timeout: Int32 = 60_000
  static let maxTools = 100_000

  /// Reads an answer to `tools/list`, its result, its `tools`, or a list of names.
  static func read(_ bytes: [UInt8]) throws(Failure) -> [KnownTool] {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: bytes[...], options: .document)
    } catch {
      throw Failure(description: "not JSON: \(error)")
    }
    let result = document.member("result", of: document.root) ?? document.root
    let list = document.member("tools", of: result) ?? result
    guard document.kind(of: list) == .array else { throw Failure(description: "there is no list of tools") }
    return tools(in: list, of: document)
  }

  /// Starts a server, requests its tools, and ends the server.
  ///
  /// - Parameter command: a command line for the shell.
  static func ask(_ command: String) throws(MCPFailure) -> [KnownTool] {
    var client = MCPClient(for: "czproxy", of: ["/bin/sh", "-c", command], timeout: timeout)
    defer { client.close() }
    var tools: [KnownTool] = []
    try client.listTools { answer in
      tools += answer.document.member("tools", of: answer.result).map { self.tools(in: $0, of: answer.document) } ?? []
      return tools.count < maxTools
    }
    return tools
  }

  private static func tools(in list: JSONDocument.Node, of document: JSONDocument) -> [KnownTool] {
    document.elements(of: list).compactMap { node in
      if let name = document.string(node) { return KnownTool(name: name) }
      guard let name = document.string("name", of: node) else { return nil }
      return KnownTool(name: name, schema: document.member("inputSchema", of: node).map { (document, $0) })
    }
  }
}
