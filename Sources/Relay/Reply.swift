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

  /// The answer to a call that policy denies.
  static func denial(
    of call: ToolCall, _ decision: Decision, evaluationTime: UInt64, asError: Bool
  ) -> [UInt8] {
    var writer = JSONWriter()
    // A host that asked for a task would fail to parse a plain result.
    let isError = asError || call.wantsTask
    begin(&writer, id: call.id)
    if isError {
      writer.key("error")
      writer.beginObject()
      writer.key("code")
      writer.integer(deniedCode)
      writer.key("message")
      writer.string(text(of: decision))
      writer.key("data")
      write(decision, evaluationTime: evaluationTime, to: &writer)
    } else {
      writer.key("result")
      writer.beginObject()
      if call.isModern {
        writer.key("resultType")
        writer.string("complete")
      }
      writer.key("content")
      writer.beginArray()
      writer.beginObject()
      writer.key("type")
      writer.string("text")
      writer.key("text")
      writer.string(text(of: decision))
      writer.endObject()
      writer.endArray()
      writer.key("isError")
      writer.boolean(true)
      writer.key("_meta")
      writer.beginObject()
      writer.key("ai.controlzero/decision")
      write(decision, evaluationTime: evaluationTime, to: &writer)
      writer.endObject()
    }
    return end(&writer)
  }

  /// The answer to a request that is refused before any policy is asked, or whose answer is.
  static func refusal(of id: RequestID, code: Int, message: String) -> [UInt8] {
    var writer = JSONWriter()
    begin(&writer, id: id)
    writer.key("error")
    writer.beginObject()
    writer.key("code")
    writer.integer(code)
    writer.key("message")
    writer.string(message)
    return end(&writer)
  }

  /// What the model and the person read.
  static func text(of decision: Decision) -> String {
    let code = decision.reasonCode.isEmpty ? "no code" : decision.reasonCode
    return "Denied by Control Zero policy: \(decision.reason) (\(code), \(decision.policyID)). "
      + "Do not retry; tell the user."
  }

  private static func begin(_ writer: inout JSONWriter, id: RequestID) {
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    writer.raw(id.json)
  }

  private static func end(_ writer: inout JSONWriter) -> [UInt8] {
    writer.endObject()
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  private static func write(_ decision: Decision, evaluationTime: UInt64, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("effect")
    writer.string(decision.effect.rawValue)
    writer.key("policy_id")
    writer.string(decision.policyID)
    writer.key("reason_code")
    writer.string(decision.reasonCode)
    writer.key("reason")
    writer.string(decision.reason)
    writer.key("evaluated_rules")
    writer.integer(decision.evaluatedRules)
    writer.key("evaluation_time_ns")
    writer.integer(evaluationTime)
    writer.endObject()
  }
}
