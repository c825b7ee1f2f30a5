import Relay
import System
import Wire

/// A small MCP host: one server, one request at a time, in either protocol era.
struct MCPClient: ~Copyable {
  enum Era: String, CaseIterable {
    case auto, legacy, modern
  }

  /// Why there is no answer.
  enum Failure: Error, CustomStringConvertible {
    case start(SystemError)
    case silent(method: String)
    case malformed(MessageError)
    case rpc(message: String, code: String)

    var description: String {
      switch self {
      case .start(let error): "the server can't be started: \(error.reason)"
      case .silent(let method): "no answer to \(method)"
      case .malformed(let error): "the server's answer is malformed: \(error)"
      case .rpc(let message, let code): "the server answered with error \(code): \(message)"
      }
    }
  }

  struct Answer {
    let document: JSONDocument
    let result: JSONDocument.Node
  }

  private static let legacyVersion = "2025-11-25"
  private static let modernVersion = "2026-07-28"

  private var connection: ServerConnection
  private var lastID: Int32 = 0
  private(set) var isModern = false
  private let timeout: Int32

  /// - Parameter timeout: for each answer, in milliseconds.
  init(command: [String], timeout: Int32) throws(Failure) {
    do throws(SystemError) {
      connection = try ServerConnection.start(command)
    } catch {
      throw .start(error)
    }
    self.timeout = timeout
  }

  /// Agrees on a protocol version: by `server/discover` in the modern era, by `initialize` in the legacy one.
  mutating func connect(_ era: Era) throws(Failure) {
    if era != .legacy {
      isModern = true
      do throws(Failure) {
        _ = try request("server/discover")
        return
      } catch {
        if era == .modern { throw error }
        isModern = false
      }
    }
    _ = try request("initialize") { writer in
      writer.key("protocolVersion")
      writer.string(Self.legacyVersion)
      writer.key("capabilities")
      writer.beginObject()
      writer.endObject()
      writer.key("clientInfo")
      Self.writeClientInfo(to: &writer)
    }
    connection.send(Array(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.utf8))
  }

  /// Sends a request and waits for its answer; `params` writes members into the params object.
  mutating func request(
    _ method: String, params: (inout JSONWriter) -> Void = { _ in }
  ) throws(Failure) -> Answer {
    lastID += 1
    let id = RequestID(integer: lastID)
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    writer.raw(id.json)
    writer.key("method")
    writer.string(method)
    writer.key("params")
    writer.beginObject()
    params(&writer)
    if isModern { Self.writeModernMeta(to: &writer) }
    writer.endObject()
    writer.endObject()
    connection.send(writer.bytes)

    while let item = connection.receive(timeout: timeout) {
      guard case .line(let line) = item, !line.isBlank else { continue }
      let message: Message
      do throws(MessageError) {
        message = try Message(parsing: line.content)
      } catch {
        if error.answered == id { throw .malformed(error) }
        continue
      }
      switch message.shape {
      case .response(id, let result):
        return Answer(document: message.document, result: result)
      case .errorResponse(id, let error):
        throw failure(error, in: message.document)
      case .request(let asked, let method):
        answer(asked, method, in: message.document)
      default:
        continue
      }
    }
    throw .silent(method: method)
  }

  /// Asks for the list of tools, page by page, until `body` returns false or the last page was read.
  mutating func listTools(_ body: (Answer) -> Bool) throws(Failure) {
    var cursor: [UInt8]?
    repeat {
      let page = cursor
      let answer = try request("tools/list") { writer in
        guard let page else { return }
        writer.key("cursor")
        writer.string(bytes: page)
      }
      guard body(answer) else { return }
      cursor = answer.document.member("nextCursor", of: answer.result).flatMap { answer.document.string($0) }
    } while cursor != nil
  }

  mutating func close() {
    connection.close()
  }

  private func failure(_ error: JSONDocument.Node, in document: JSONDocument) -> Failure {
    let text = document.member("message", of: error).flatMap { document.string($0) } ?? []
    let code = document.member("code", of: error).map { String(decoding: document.raw($0), as: UTF8.self) }
    return .rpc(message: DisplayText.escaped(text, limit: 2000), code: code ?? "?")
  }

  /// What a server asks of its host: a ping is answered, everything else is not offered.
  private mutating func answer(_ id: RequestID, _ method: JSONDocument.Node, in document: JSONDocument) {
    let isPing = document.string(method, equals: "ping")
    let rest = isPing ? #""result":{}}"# : #""error":{"code":-32601,"message":"not offered"}}"#
    connection.send(Array(#"{"jsonrpc":"2.0","id":"#.utf8) + id.json + Array(",\(rest)".utf8))
  }

  private static func writeModernMeta(to writer: inout JSONWriter) {
    writer.key("_meta")
    writer.beginObject()
    writer.key("io.modelcontextprotocol/protocolVersion")
    writer.string(modernVersion)
    writer.key("io.modelcontextprotocol/clientCapabilities")
    writer.beginObject()
    writer.endObject()
    writer.key("io.modelcontextprotocol/clientInfo")
    writeClientInfo(to: &writer)
    writer.endObject()
  }

  private static func writeClientInfo(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("name")
    writer.string("czproxy-call")
    writer.key("version")
    writer.string(Version.number)
    writer.endObject()
  }
}
