public import Wire

/// A request that the policy judges, in both protocol eras: a tool call, or a method of the protocol.
///
/// Its nodes point into the message it was parsed from.
public struct GovernedRequest: Sendable {
  public let id: RequestID

  /// The method of the request.
  public let method: [UInt8]

  /// The part after the colon of its subject: the tool's name, otherwise the method. Not empty.
  public let name: [UInt8]

  /// What conditions examine: `params.arguments` of a tool call, otherwise `params`; an object, nil if absent.
  public let arguments: JSONDocument.Node?

  /// `params._meta`, an object.
  public let meta: JSONDocument.Node?

  /// `params.inputResponses` of a call that is repeated with what the server asked for (2026-07-28), an object.
  public let inputResponses: JSONDocument.Node?

  /// Whether the host asked for a task (2025-11-25): it parses the answer as a `CreateTaskResult`.
  public let wantsTask: Bool

  /// Whether the request is of the stateless era (2026-07-28): its answer carries a `resultType`.
  public let isModern: Bool

  /// Whether an earlier call is repeated with what the server asked for. It is judged anew.
  public let isRetry: Bool

  public let isToolCall: Bool

  /// What is needed to read and to write the answer.
  struct Summary: Sendable {
    let name: [UInt8]
    let isToolCall: Bool
    var wantsTask: Bool
    let isModern: Bool

    /// The summary for a request whose answer is the tool's own.
    var ofTaskResult: Summary {
      var summary = self
      summary.wantsTask = false
      return summary
    }
  }

  var summary: Summary { Summary(name: name, isToolCall: isToolCall, wantsTask: wantsTask, isModern: isModern) }

  /// Why a request can't be judged, and the byte of the line at fault.
  public struct Malformed: Error, Equatable, Sendable {
    public let reason: String
    public let offset: Int
  }

  /// A `tools/call` (MCP, "Tools: Calling Tools").
  public init(toolCall id: RequestID, params: JSONDocument.Node?, in document: JSONDocument) throws(Malformed) {
    let params = try Params(
      params, known: ["name", "arguments", "task", "inputResponses", "requestState"], in: document)
    let name = try params.text("name")
    guard !name.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      throw Malformed("`name` holds a control character", params["name"] ?? params.node, document)
    }
    self.id = id
    method = Array("tools/call".utf8)
    self.name = name
    arguments = try params.object("arguments")
    meta = params.meta
    inputResponses = try params.object("inputResponses")
    wantsTask = params["task"] != nil
    isModern = params.isModern
    isRetry = inputResponses != nil || params["requestState"] != nil
    isToolCall = true
  }

  /// A method that a policy judges by its params.
  ///
  /// - Parameter required: the member that says what is meant, and must be a string.
  public init(
    method: [UInt8], id: RequestID, params node: JSONDocument.Node?, requiring required: StaticString?,
    in document: JSONDocument
  ) throws(Malformed) {
    let params = try Params(node ?? document.root, known: required.map { [$0] } ?? [], in: document)
    if let required { _ = try params.text(required) }
    self.id = id
    self.method = method
    name = method
    arguments = node
    meta = node == nil ? nil : params.meta
    inputResponses = nil
    wantsTask = false
    isModern = node != nil && params.isModern
    isRetry = false
    isToolCall = false
  }

  /// What a server asks for within an answer: the method and params are in the answer, the id is that of the request.
  init(nested method: [UInt8], id: RequestID, params: JSONDocument.Node?) {
    self.id = id
    self.method = method
    name = method
    arguments = params
    meta = nil
    inputResponses = nil
    wantsTask = false
    isModern = true
    isRetry = false
    isToolCall = false
  }
}

/// The members of `params` that a judgment depends on. A key that some reader takes for one of them is refused.
private struct Params {
  let node: JSONDocument.Node
  let meta: JSONDocument.Node?
  private let document: JSONDocument
  private let known: [(name: StaticString, node: JSONDocument.Node)]

  init(_ node: JSONDocument.Node?, known names: [StaticString], in document: JSONDocument) throws(GovernedRequest
    .Malformed)
  {
    guard let node else { throw GovernedRequest.Malformed(reason: "`params` is missing", offset: 0) }
    let names = names + ["_meta"]
    var known: [(StaticString, JSONDocument.Node)] = []
    for (key, value) in document.members(of: node) {
      if let name = names.first(where: { document.string(key, equals: $0) }) {
        // Null stands for an omitted member, as with `params` itself.
        if document.kind(of: value) != .null { known.append((name, value)) }
      } else {
        let bytes = document.string(key) ?? []
        guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
          throw GovernedRequest.Malformed("a key of `params` with a byte that no key of MCP has", key, document)
        }
        guard !names.contains(where: { LookAlike.isLookAlike(bytes[...], of: $0) }) else {
          throw GovernedRequest.Malformed("a key that some readers take for another one", key, document)
        }
      }
    }
    self.node = node
    self.document = document
    self.known = known
    let meta = known.first { Self.isSame($0.0, "_meta") }?.1
    if let meta, document.kind(of: meta) != .object {
      throw GovernedRequest.Malformed("`_meta` must be an object", meta, document)
    }
    self.meta = meta
  }

  subscript(_ name: StaticString) -> JSONDocument.Node? { known.first { Self.isSame($0.name, name) }?.node }

  var isModern: Bool {
    meta.map { document.member("io.modelcontextprotocol/protocolVersion", of: $0) != nil } ?? false
  }

  /// A string that is not empty.
  func text(_ name: StaticString) throws(GovernedRequest.Malformed) -> [UInt8] {
    guard let node = self[name] else { throw GovernedRequest.Malformed("`\(name)` is missing", self.node, document) }
    guard let text = document.string(node), !text.isEmpty else {
      throw GovernedRequest.Malformed("`\(name)` must be a non-empty string", node, document)
    }
    return text
  }

  func object(_ name: StaticString) throws(GovernedRequest.Malformed) -> JSONDocument.Node? {
    guard let node = self[name] else { return nil }
    guard document.kind(of: node) == .object else {
      throw GovernedRequest.Malformed("`\(name)` must be an object", node, document)
    }
    return node
  }

  private static func isSame(_ first: StaticString, _ second: StaticString) -> Bool {
    second.withSpan { first.hasBytes($0) }
  }
}

extension GovernedRequest.Malformed {
  fileprivate init(_ reason: String, _ node: JSONDocument.Node, _ document: JSONDocument) {
    self.init(reason: reason, offset: document.range(of: node).lowerBound)
  }
}
