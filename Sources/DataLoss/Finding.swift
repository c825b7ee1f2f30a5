import Digest
public import Wire

/// What a detector matched, without the text that it matched (Control Zero 1.13.16, "match record").
public struct Finding: Sendable, Equatable {
  /// What happened to the matched text.
  public enum MaskState: String, Sendable {
    case applied
    /// Masked arguments were handed to a caller, who has to use them.
    case declared = "declared_not_confirmed"
    case notApplied = "not_applied"
    case notApplicable = "not_applicable"
  }

  public let ruleID: String
  /// At most 128 characters.
  public let ruleName: String
  public let category: String
  public let action: DetectionRule.Action
  public let maskState: MaskState
  /// The SHA-256 of the text, in hexadecimal; for a rule that masks, the replacement.
  public let matchedText: String

  init(_ rule: DetectionRule, placeholder: [UInt8], maskState: MaskState, matched text: ArraySlice<UInt8>) {
    ruleID = rule.id
    ruleName = rule.recordedName
    category = rule.category
    action = rule.action
    self.maskState = rule.action == .mask ? maskState : .notApplicable
    matchedText =
      rule.action == .mask ? String(decoding: placeholder, as: UTF8.self) : SHA256.hexadecimal(of: text.span)
  }

  /// Writes the object that a record holds.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.string("rule_id", ruleID)
    writer.string("rule_name", ruleName)
    writer.string("category", category)
    writer.string("action", action.rawValue)
    writer.integer("count", 1)
    writer.string("mask_state", maskState.rawValue)
    writer.string("matched_text", matchedText)
    writer.endObject()
  }
}
