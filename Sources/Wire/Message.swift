/// A JSON-RPC 2.0 message that every reader understands alike (MCP, "Base Protocol").
///
/// Parsing is the only way to create one, and it refuses what readers are known to understand differently.
public struct Message: Sendable {
  public enum Shape: Sendable {
    case request(id: RequestID, method: JSONDocument.Node)
    case notification(method: JSONDocument.Node)
    case response(id: RequestID, result: JSONDocument.Node)
    case errorResponse(id: RequestID, error: JSONDocument.Node)
  }

  public let document: JSONDocument
  public let shape: Shape

  /// The `params` object of a request or notification.
  public let params: JSONDocument.Node?

  /// Parses the content of one line, without its terminator.
  public init(parsing line: ArraySlice<UInt8>, limits: JSONLimits = JSONLimits()) throws(MessageError) {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: line, options: .message, limits: limits)
    } catch {
      throw MessageError(.json(error.code), at: error.offset, salvaged: MessageSalvage(of: line, limits: limits))
    }
    do {
      let envelope = try Envelope(of: document)
      self.document = document
      self.shape = try envelope.shape(in: document)
      self.params = envelope.params
    } catch {
      throw MessageError(error.code, at: error.offset, salvaged: MessageSalvage(of: document))
    }
  }
}

/// The members of a message, each found once.
private struct Envelope {
  var version, id, method, params, result, error: JSONDocument.Node?

  init(of document: JSONDocument) throws(MessageError) {
    let root = document.root
    switch document.kind(of: root) {
    case .object: break
    case .array: throw MessageError(.batch, at: document.range(of: root).lowerBound)
    default: throw MessageError(.notAnObject, at: document.range(of: root).lowerBound)
    }
    for (key, value) in document.members(of: root) {
      if document.string(key, equals: "jsonrpc") {
        version = value
      } else if document.string(key, equals: "id") {
        id = value
      } else if document.string(key, equals: "method") {
        method = value
      } else if document.string(key, equals: "params") {
        params = value
      } else if document.string(key, equals: "result") {
        result = value
      } else if document.string(key, equals: "error") {
        error = value
      } else {
        let isLookAlike = Message.memberNames.contains {
          LookAlike.isLookAlike(document.text(key), of: $0)
        }
        throw MessageError(
          isLookAlike ? .lookAlikeKey : .unknownMember, at: document.range(of: key).lowerBound)
      }
    }
    guard let version, document.string(version, equals: "2.0") else {
      throw MessageError(.version, at: offset(of: version, in: document))
    }
    if let params, document.kind(of: params) != .object {
      // Some clients write what they leave out. To a reader that takes the line at all, it is left out.
      guard document.kind(of: params) == .null, method != nil else {
        throw MessageError(.params, at: offset(of: params, in: document))
      }
      self.params = nil
    }
  }

  func shape(in document: JSONDocument) throws(MessageError) -> Message.Shape {
    let requestID = id.flatMap { RequestID($0, in: document) }
    if id != nil, requestID == nil { throw MessageError(.id, at: offset(of: id, in: document)) }

    switch (method, result, error, requestID) {
    case (let method?, nil, nil, let requestID):
      guard document.kind(of: method) == .string, !document.string(method, equals: "") else {
        throw MessageError(.method, at: offset(of: method, in: document))
      }
      return requestID.map { .request(id: $0, method: method) } ?? .notification(method: method)
    case (nil, let result?, nil, let requestID?) where params == nil:
      return .response(id: requestID, result: result)
    case (nil, nil, let error?, let requestID?) where params == nil:
      guard document.kind(of: error) == .object else {
        throw MessageError(.error, at: offset(of: error, in: document))
      }
      return .errorResponse(id: requestID, error: error)
    default:
      throw MessageError(.ambiguousShape, at: document.range(of: document.root).lowerBound)
    }
  }

  private func offset(of node: JSONDocument.Node?, in document: JSONDocument) -> Int {
    document.range(of: node ?? document.root).lowerBound
  }
}

extension Message {
  static let memberNames: [StaticString] = ["jsonrpc", "id", "method", "params", "result", "error"]
}
