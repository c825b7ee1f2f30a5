import DataLoss
import Policy
import Wire

/// The lines that the proxy writes itself, each with its LF.
enum Reply {
  /// Outside of the ranges that JSON-RPC and MCP reserve.
  static let deniedCode = 4030
  /// JSON-RPC 2.0, section 5.1: Invalid Request.
  static let invalidRequestCode = -32600
  /// JSON-RPC 2.0, section 5.1: Internal error.
  static let internalErrorCode = -32603

  /// JSON-RPC 2.0, section 5.1: Method not found.
  static let methodNotFoundCode = -32601
  /// MCP's own example for a user who does not want a model to be asked.
  private static let userRejectedCode = -1

  /// The answer to a request that policy denies, in a form that its sender can read.
  static func denial(of judged: SessionRecord.JudgedCall, _ decision: Decision, asError: Bool) -> [UInt8] {
    let request = judged.call
    let write = { (writer: inout JSONWriter) in self.write(decision, evaluationTime: judged.evaluationTime, to: &writer)
    }
    let text = text(of: decision, option: option(for: judged.dataLoss))
    if judged.from == .host, request.isToolCall {
      return refusal(of: request.summary, id: request.id, text: text, asError: asError, write)
    }
    var writer = JSONWriter()
    begin(&writer, id: request.id)
    if judged.from == .server, request.method.elementsEqual("elicitation/create".utf8) {
      // A person could have declined as well, so no server takes this for a failure.
      writer.beginObject("result")
      writer.string("action", "decline")
      return end(&writer)
    }
    writeError(text, code: judged.from == .server ? userRejectedCode : deniedCode, to: &writer, write)
    return end(&writer)
  }

  /// Replaces an answer that asks the host for something that policy denies.
  ///
  /// - Parameter call: the call that was answered; nil for a method.
  static func denial(
    ofAnswerTo call: GovernedRequest.Summary?, id: RequestID, _ decision: Decision, asError: Bool
  ) -> [UInt8] {
    let write = { (writer: inout JSONWriter) in self.write(decision, evaluationTime: 0, to: &writer) }
    if let call { return refusal(of: call, id: id, text: text(of: decision), asError: asError, write) }
    var writer = JSONWriter()
    begin(&writer, id: id)
    writeError(text(of: decision), code: deniedCode, to: &writer, write)
    return end(&writer)
  }

  /// The answer to a call that was executed, but whose result must not reach the host.
  static func withheld(_ call: GovernedRequest.Summary, id: RequestID, _ withholding: Withholding) -> [UInt8] {
    refusal(of: call, id: id, text: text(of: withholding), asError: false) { write(withholding, to: &$0) }
  }

  /// The same for any other request.
  static func withheld(id: RequestID, _ withholding: Withholding) -> [UInt8] {
    var writer = JSONWriter()
    begin(&writer, id: id)
    writeError(text(of: withholding), code: deniedCode, to: &writer) { write(withholding, to: &$0) }
    return end(&writer)
  }

  private static func refusal(
    of call: GovernedRequest.Summary, id: RequestID, text: String, asError: Bool, _ details: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    var writer = JSONWriter()
    begin(&writer, id: id)
    // A host that asked for a task would fail to parse a plain result.
    if asError || call.wantsTask {
      writeError(text, code: deniedCode, to: &writer, details)
      return end(&writer)
    }
    writer.beginObject("result")
    if call.isModern {
      writer.string("resultType", "complete")
    }
    writer.beginArray("content")
    writer.beginObject()
    writer.string("type", "text")
    writer.string("text", text)
    writer.endObject()
    writer.endArray()
    writer.boolean("isError", true)
    writer.beginObject("_meta")
    writer.key("ai.controlzero/decision")
    details(&writer)
    writer.endObject()
    return end(&writer)
  }

  /// Leaves the error object open.
  private static func writeError(
    _ message: String, code: Int, to writer: inout JSONWriter, _ data: (inout JSONWriter) -> Void
  ) {
    writer.beginObject("error")
    writer.integer("code", code)
    writer.string("message", message)
    writer.key("data")
    data(&writer)
  }

  private static func text(of withholding: Withholding) -> String {
    "Withheld by Control Zero policy: \(withholding.reason) (\(withholding.code.rawValue)). It was executed; its answer is "
      + "not shown. Do not retry; tell the user."
  }

  private static func write(_ withholding: Withholding, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.string("effect", "deny")
    writer.string("policy_id", "synthetic:RESULT_WITHHELD")
    writer.string("reason_code", withholding.code.rawValue)
    writer.string("reason", withholding.reason)
    writer.endObject()
  }

  /// The answer to a request that is refused before any policy is consulted, or whose answer is refused.
  static func refusal(of id: RequestID, code: Int, message: String) -> [UInt8] {
    var writer = JSONWriter()
    begin(&writer, id: id)
    writer.beginObject("error")
    writer.integer("code", code)
    writer.string("message", message)
    return end(&writer)
  }

  /// The text for the model and the person.
  ///
  /// - Parameter option: which option of `czproxy run` the denial comes from.
  static func text(of decision: Decision, option: String? = nil) -> String {
    let code = decision.reasonCode.isEmpty ? "no code" : decision.reasonCode
    let doubt = decision.doubts.isEmpty ? "" : "; in doubt: " + decision.doubts.joined(separator: ", ")
    let option = option.map { "; \($0)" } ?? ""
    return "Denied by Control Zero policy: \(decision.reason)\(doubt)\(option) (\(code), \(decision.policyID)). "
      + "Do not retry; tell the user."
  }

  /// The SDK's words for these two don't say what a person could change.
  private static func option(for dataLoss: ScanOutcome) -> String? {
    guard dataLoss.denial != nil else { return nil }
    return switch dataLoss.reason {
    case "encoded_or_attachment_args_unsupported":
      "`--dlp-encoded` says what happens to arguments named base64, encoded or attachment_data"
    case "payload_over_size_cap": "`--dlp-max-bytes` is the limit"
    default: nil
    }
  }

  private static func begin(_ writer: inout JSONWriter, id: RequestID) {
    writer.beginObject()
    writer.string("jsonrpc", "2.0")
    writer.raw("id", id.json)
  }

  private static func end(_ writer: inout JSONWriter) -> [UInt8] {
    writer.endObject()
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  private static func write(_ decision: Decision, evaluationTime: UInt64, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.string("effect", decision.effect.rawValue)
    writer.string("policy_id", decision.policyID)
    writer.string("reason_code", decision.reasonCode)
    writer.string("reason", decision.reason)
    writer.integer("evaluated_rules", decision.evaluatedRules)
    writer.integer("evaluation_time_ns", evaluationTime)
    writer.endObject()
  }
}
