public import Wire

/// A `tools/call` request (MCP, "Tools: Calling Tools"), in both protocol eras.
///
/// Its nodes point into the message it was parsed from.
public struct ToolCall: Sendable {
  public let id: RequestID

  /// The unescaped bytes of `params.name`, not empty.
  public let name: [UInt8]

  /// `params.arguments`, an object; nil where it is absent.
  public let arguments: JSONDocument.Node?

  /// `params._meta`, an object.
  public let meta: JSONDocument.Node?

  /// Whether the host asked for a task (2025-11-25): it parses the answer as a `CreateTaskResult`.
  public let wantsTask: Bool

  /// Whether the request is of the stateless era (2026-07-28): its answer carries a `resultType`.
  public let isModern: Bool

  /// What the answer to a call must be read and written by.
  struct Summary: Sendable {
    let name: [UInt8]
    let wantsTask: Bool
    let isModern: Bool
  }

  var summary: Summary { Summary(name: name, wantsTask: wantsTask, isModern: isModern) }

  /// Why a call can't be judged, and at which byte of the line.
  public struct Malformed: Error, Equatable, Sendable {
    public let reason: String
    public let offset: Int
  }

  public init(id: RequestID, params: JSONDocument.Node?, in document: JSONDocument) throws(Malformed) {
    guard let params else { throw Malformed(reason: "`params` is missing", offset: 0) }
    var name: [UInt8]?
    var arguments, meta: JSONDocument.Node?
    var wantsTask = false
    for (key, value) in document.members(of: params) {
      if document.string(key, equals: "name") {
        name = document.string(value)
        guard let name, !name.isEmpty else { throw Malformed("`name` must be a non-empty string", value, document) }
        guard !name.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
          throw Malformed("`name` holds a control character", value, document)
        }
      } else if document.string(key, equals: "arguments") {
        guard document.kind(of: value) == .object else {
          throw Malformed("`arguments` must be an object", value, document)
        }
        arguments = value
      } else if document.string(key, equals: "_meta") {
        guard document.kind(of: value) == .object else { throw Malformed("`_meta` must be an object", value, document) }
        meta = value
      } else if document.string(key, equals: "task") {
        wantsTask = true
      } else if Self.hasLookAlike(key, in: document) {
        throw Malformed("a key that some readers take for another one", key, document)
      }
    }
    guard let name else { throw Malformed("`name` is missing", params, document) }
    self.id = id
    self.name = name
    self.arguments = arguments
    self.meta = meta
    self.wantsTask = wantsTask
    isModern = meta.map { document.member("io.modelcontextprotocol/protocolVersion", of: $0) != nil } ?? false
  }

  private static let knownKeys: [StaticString] = [
    "name", "arguments", "_meta", "task", "inputResponses", "requestState",
  ]

  private static func hasLookAlike(_ key: JSONDocument.Node, in document: JSONDocument) -> Bool {
    let bytes = document.string(key) ?? []
    return knownKeys.contains { LookAlike.isLookAlike(bytes, of: $0) }
  }
}

extension ToolCall.Malformed {
  fileprivate init(_ reason: String, _ node: JSONDocument.Node, _ document: JSONDocument) {
    self.init(reason: reason, offset: document.range(of: node).lowerBound)
  }
}
