import ArgumentParser
import Policy
import Relay
import Wire

/// The options that describe a call.
struct PolicyQuestion: ParsableArguments {
  @Argument(help: "The tool: a server's name, or `server:tool`.")
  var tool: String

  @Option(name: [.short, .long], help: "The tool of that server.")
  var method: String?

  @Option(
    name: [.short, .long],
    help: "A local policy: .yaml, .yml or .json (default: policy.yaml, .yml or .json in the state directory).")
  var policy: String?

  @OptionGroup var state: StateOptions

  @Flag(help: "The policy is the payload of a bundle.")
  var payload = false

  @Option(
    name: [.customShort("a"), .customLong("args"), .customLong("arguments")], help: "The arguments, a JSON object.")
  var arguments = "{}"

  @Option(help: "The tool's inputSchema, a file with a JSON object.")
  var schema: String?

  @Option(help: "KEY=VALUE of the context; may be repeated.")
  var context: [String] = []

  @Option(name: .customLong("tag"), help: "KEY=VALUE of the tags; may be repeated.")
  var tags: [String] = []

  func validate() throws {
    _ = try makeContext()
    if payload, policy == nil { throw ValidationError("--payload needs --policy FILE") }
  }

  /// The policy and its file; exits with 1 if the policy can't be used.
  func loadPolicy() throws -> (policy: Policy, file: String) {
    let file = try state.policyFile(policy)
    return try reportingPolicyErrors { () throws(PolicyError) in
      (try PolicySource.load(file, isPayload: payload).policy, file)
    }
  }

  /// The call as the proxy would judge it; exits with 2 if the arguments or the schema are not an object.
  ///
  /// Without a method, the call is judged as the SDK judges a call that names only a tool.
  func call() throws -> Call {
    guard let document = try? JSONDocument(parsing: Array(arguments.utf8)[...], options: .document),
      document.kind(of: document.root) == .object
    else {
      Terminal.complain("--args is not a JSON object")
      throw ExitCode(2)
    }
    let (server, method) = subject
    let files = LocalFileSystem()
    guard let method else {
      return Call(
        tool: Array(server.utf8), method: [UInt8(ascii: "*")], arguments: (document, document.root),
        context: try makeContext(), files: files)
    }
    if MethodQuestion(Array(method.utf8)) != nil {
      let uri = document.string("uri")
      return Call(
        server: Array(server.utf8), method: Array(method.utf8), arguments: (document, document.root),
        uri: method == "resources/read" ? uri : nil, context: try makeContext(), files: files)
    }
    return Call(
      server: Array(server.utf8), tool: Array(method.utf8), arguments: (document, document.root),
      context: try makeContext(), schema: try readSchema(), files: files)
  }

  /// The policy's decision on a protocol method that is not judged like a tool call; nil for any other call.
  func decisionOnMethod(of call: Call, by policy: Policy) -> Decision? {
    subject.method.flatMap { MethodQuestion(Array($0.utf8)) }?.decision(on: call, by: policy)
  }

  var subject: (tool: String, method: String?) {
    if let method { return (tool, method) }
    guard let colon = tool.firstIndex(of: ":") else { return (tool, nil) }
    return (String(tool[..<colon]), String(tool[tool.index(after: colon)...]))
  }

  private func readSchema() throws -> (JSONDocument, JSONDocument.Node)? {
    guard let schema else { return nil }
    let bytes = try InputFile.read(schema, orExit: 2)
    guard let document = try? JSONDocument(parsing: bytes[...], options: .document),
      document.kind(of: document.root) == .object
    else {
      Terminal.complain("\(schema) is not a JSON object")
      throw ExitCode(2)
    }
    return (document, document.root)
  }

  private func makeContext() throws -> Context {
    var result = Context()
    for (key, value) in try context.map(pair) {
      switch key {
      case "client_name": result.clientName = value
      case "project_id": result.projectID = value
      case "agent_id": result.agent = value
      case "user_id": result.userID = value
      case "user_group": result.userGroup = value
      default: result.values[key] = value
      }
    }
    for (key, value) in try tags.map(pair) { result.tags[key] = value }
    return result
  }

  private func pair(_ text: String) throws -> (String, String) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw ValidationError("`\(text)` is not KEY=VALUE")
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}
