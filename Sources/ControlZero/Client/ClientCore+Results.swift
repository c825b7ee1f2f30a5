internal import DataLoss
internal import MCPHost
internal import Policy
internal import Wire

/// The results of calls that were executed.
extension ClientCore {
  /// The arguments for a closure.
  func arguments(of call: PreparedCall) -> JSONObject {
    JSONValue(call.arguments.root, in: call.arguments).object ?? JSONObject()
  }

  /// Returns what a closure returned, as far as the policy lets it through.
  func finish(_ call: PreparedCall, _ result: Result<JSONValue, any Error>) throws -> JSONValue {
    switch result {
    case .failure(let error):
      if let judged = call.judged {
        recordOutcome(judged, since: call.startedAt, bytes: 0, error: "\(type(of: error))")
      }
      throw error
    case .success(let value):
      guard call.judged != nil else { return value }
      let document: JSONDocument
      do throws(JSONError) {
        document = try JSONDocument(parsing: value.jsonForReader[...], options: .document)
      } catch {
        note(call, error: "malformed")
        throw failure(
          call, .malformed, "what the closure returned can't be looked through: \(error)",
          "it was executed; let it return less, or nest it less deeply")
      }
      let scanned = try scan(call, document.root, in: document, error: nil, mayRetype: true)
      return scanned.map { JSONValue($0.root, in: $0) } ?? value
    }
  }

  /// Returns what a server answered, as far as the policy lets it through.
  func finish(_ call: PreparedCall, _ result: Result<MCPAnswer, MCPFailure>) throws -> JSONValue {
    switch result {
    case .failure(.closed):
      guard !isClosed else { throw ClientClosedError() }
      note(call, error: "server_ended")
      throw failure(
        call, .serverEnded, "another tool was registered in the server's place before it answered",
        "it may have been executed; the next call is the other one's")
    case .failure(.cancelled):
      note(call, error: "cancelled")
      throw CancellationError()
    case .failure(.rpc(let message, let code)):
      let text = try scanText(call, message)
      throw failure(
        call, .server(code: code), "the server answered with error \(code): \(text)", "see the server's documentation")
    case .failure(let error):
      let (reason, word, advice) = Self.explain(error)
      note(call, error: word)
      throw failure(call, reason, "\(error)", advice)
    case .success(let answer):
      let isError = answer.document.isTrue("isError", of: answer.result)
      let catalog = registry.catalog(of: call.tool)
      let scanned = try scan(
        call, answer.result, in: answer.document, error: isError ? "tool_error" : nil,
        mayRetype: catalog.map { !$0.hasOutputSchema(Array(call.method.utf8)) } ?? false)
      let value =
        scanned.flatMap { document in
          document.member("result", of: document.root).map { JSONValue($0, in: document) }
        } ?? JSONValue(answer.result, in: answer.document)
      guard !isError else {
        throw failure(
          call, .reported(value), "the tool failed: \(DisplayText.escaped((value.contentText ?? "").utf8, limit: 500))",
          "its result says why")
      }
      return value
    }
  }

  /// Scans a result and records the outcome; returns the masked document, or nil if nothing is masked.
  private func scan(
    _ call: PreparedCall, _ node: JSONDocument.Node, in document: JSONDocument, error: String?, mayRetype: Bool
  ) throws -> JSONDocument? {
    guard let judged = call.judged else { return nil }
    let rule = judged.snapshot.policy.resultRule(for: Array("\(call.tool):\(call.method)".utf8))
    let outcome = judged.snapshot.resultScanner.scan(
      [node], in: document, mode: rule.dataLoss ?? settings.resultMode, mayRetype: mayRetype)
    let withholding =
      outcome.denial.map { Withholding(code: .dataLoss, reason: $0) }
      ?? rule.withholding(node, in: document, bytes: document.raw(node).count)
    recordOutcome(
      judged, since: call.startedAt, bytes: document.raw(node).count, error: error, outcome, withholding)
    if let withholding {
      throw failure(
        call, .withheld, "the policy withholds the result: \(withholding.reason)",
        "the call was executed; do not retry")
    }
    guard !outcome.edits.isEmpty else { return nil }
    return try JSONDocument(parsing: ByteEdit.apply(outcome.edits, to: document.bytes)[...], options: .document)
  }

  /// Scans the text of a server's error like a result.
  private func scanText(_ call: PreparedCall, _ text: String) throws -> String {
    let document = try JSONDocument(parsing: JSONValue.string(text).json[...], options: .document)
    let masked = try scan(call, document.root, in: document, error: "server_error", mayRetype: true)
    return masked.map { String(decoding: $0.text($0.root), as: UTF8.self) } ?? text
  }

  private func note(_ call: PreparedCall, error: String) {
    guard let judged = call.judged else { return }
    recordOutcome(judged, since: call.startedAt, bytes: 0, error: error)
  }

  private func failure(
    _ call: PreparedCall, _ reason: ToolCallError.Reason, _ text: String, _ advice: String
  ) -> ToolCallError {
    ToolCallError(
      tool: call.tool, method: call.method, reason: reason,
      description: "\(call.tool):\(call.method): \(text); \(advice)")
  }

  private static func explain(_ failure: MCPFailure) -> (ToolCallError.Reason, String, String) {
    switch failure {
    case .start: (.start, "start", "see that the command in the file of servers is right")
    case .silent:
      (.timedOut, "timed_out", "it may have been executed; give a longer callTimeout where it takes that long")
    case .ended: (.serverEnded, "server_ended", "it may have been executed; the next call starts the server again")
    case .malformed: (.malformed, "malformed", "it was executed; the server must be mended")
    default: (.congested, "congested", "wait for the calls in flight")
    }
  }
}
