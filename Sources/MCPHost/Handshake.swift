internal import Platform
internal import Wire

/// Negotiates the protocol version between host and server (MCP, both eras).
struct Handshake: Sendable {
  static let legacyVersion = "2025-11-25"
  static let modernVersion = "2026-07-28"

  /// A server of the legacy era may not answer a request that it does not know.
  private static let longestProbe: UInt64 = 10_000_000_000

  /// What host and server know after it.
  struct Agreement: Sendable {
    let isModern: Bool
    /// What the server tells a model about itself; nil for nothing.
    let instructions: [UInt8]?

    init(isModern: Bool, _ answer: MCPAnswer) {
      self.isModern = isModern
      instructions = answer.document.string("instructions", of: answer.result)
    }
  }

  let clientName: String
  let clientVersion: String

  /// Determines whether the server is of the modern era: by `server/discover`, otherwise by `initialize`.
  ///
  /// - Parameter timeout: for each answer, in nanoseconds.
  func begin(
    on link: ServerLink, _ era: MCPEra, timeout: UInt64,
    completion: @escaping @Sendable (Result<Agreement, MCPFailure>) -> Void
  ) {
    guard era != .legacy else { return initialize(link, timeout, completion) }
    let probe = era == .auto ? min(timeout, Self.longestProbe) : timeout
    link.send(
      "server/discover", deadline: MonotonicClock.nanoseconds() + probe,
      params: { writeMeta(isModern: true, [], to: &$0) },
      completion: { result in
        switch result {
        case .success(let answer): completion(.success(Agreement(isModern: true, answer)))
        case .failure(.rpc) where era == .auto, .failure(.malformed) where era == .auto:
          initialize(link, timeout, completion)
        case .failure(.silent) where era == .auto:
          initialize(link, timeout) { legacy in
            // A modern server that was slow to start refuses `initialize`, because it was sent another request first.
            guard case .failure(.rpc) = legacy else { return completion(legacy) }
            begin(on: link, .modern, timeout: timeout) { modern in
              if case .success = modern { completion(modern) } else { completion(legacy) }
            }
          }
        case .failure(let failure): completion(.failure(failure))
        }
      })
  }

  private func initialize(
    _ link: ServerLink, _ timeout: UInt64, _ completion: @escaping @Sendable (Result<Agreement, MCPFailure>) -> Void
  ) {
    link.send(
      "initialize", deadline: MonotonicClock.nanoseconds() + timeout,
      params: { writer in
        writer.string("protocolVersion", Self.legacyVersion)
        writer.beginObject("capabilities")
        writer.endObject()
        writer.key("clientInfo")
        writeClientInfo(to: &writer)
      },
      completion: { result in
        switch result {
        case .success(let answer):
          link.notify("notifications/initialized")
          completion(.success(Agreement(isModern: false, answer)))
        case .failure(let failure): completion(.failure(failure))
        }
      })
  }

  /// Writes `_meta`: in the modern era who asks, and any further members.
  func writeMeta(isModern: Bool, _ more: [(key: String, value: String)], to writer: inout JSONWriter) {
    guard isModern || !more.isEmpty else { return }
    writer.beginObject("_meta")
    if isModern {
      writer.string("io.modelcontextprotocol/protocolVersion", Self.modernVersion)
      writer.beginObject("io.modelcontextprotocol/clientCapabilities")
      writer.endObject()
      writer.key("io.modelcontextprotocol/clientInfo")
      writeClientInfo(to: &writer)
    }
    for (key, value) in more {
      writer.key(bytes: key.utf8)
      writer.string(value)
    }
    writer.endObject()
  }

  private func writeClientInfo(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.string("name", clientName)
    writer.string("version", clientVersion)
    writer.endObject()
  }
}
