import DataLoss
import Foundation
import Testing
import Wire

@testable import Policy

/// Decisions that the SDK itself gave.
struct CaseTests {
  static let count: Int =
    (try? Vectors.document("cases.json")).map { document in
      document.member("cases", of: document.root).map { document.count(of: $0) } ?? 0
    } ?? 0

  @Test("a call is decided as the SDK decides it", arguments: 0..<CaseTests.count)
  func isDecidedAsInTheSDK(index: Int) throws {
    let document = try Vectors.document("cases.json")
    let list = try #require(document.member("cases", of: document.root))
    let node = Array(document.elements(of: list))[index]
    let observed = try #require(document.member("observed", of: node))
    let testCase = try PolicyCase(parsing: Self.expanded(node, in: document)[...])

    let policy: Policy
    do {
      policy = try testCase.load()
    } catch {
      let expected = try #require(document.member("load_error", of: observed), "\(error)")
      let isSyntax = document.text("class", of: expected) == "PolicyLoadError"
      #expect(error.diagnostics.contains { $0.code == (isSyntax ? .load : .validation) })
      return
    }
    #expect(document.member("load_error", of: observed) == nil, "loaded")
    let call = testCase.call(for: policy)
    let judgement = testCase.judge(call, by: policy)
    let decision = judgement.decision
    #expect(decision.effect.rawValue == document.text("effect", of: observed))
    #expect(decision.policyID == document.text("policy_id", of: observed))
    #expect(decision.reasonCode == document.text("reason_code", of: observed))
    #expect(decision.evaluatedRules == document.integer("evaluated_rules", of: observed))
    #expect(decision.gateMatched.rawValue == document.text("gate_matched", of: observed))
    #expect(decision.isObserveMode == document.flag("observe", of: observed))
    #expect(decision.matchSemantics == document.text("match_semantics", of: observed))
    #expect(decision.requiresApproval == document.flag("requires_approval", of: observed))
    #expect(decision.reportedSubject(of: call) == document.bytes("subject", of: observed))
    let divergent = document.member("divergent_rule_ids", of: observed).map { list in
      document.elements(of: list).map { String(decoding: document.text($0), as: UTF8.self) }
    }
    #expect(decision.divergentRuleIDs == divergent ?? [])

    let dataLoss = try #require(document.member("dlp", of: observed))
    #expect(judgement.dataLoss.status.rawValue == document.text("status", of: dataLoss))
    #expect(judgement.dataLoss.reason == document.text("reason", of: dataLoss))
    let findings = document.member("findings", of: dataLoss).map { Array(document.elements(of: $0)) } ?? []
    #expect(
      judgement.dataLoss.findings.all.map { [$0.ruleID, $0.category, $0.action.rawValue, $0.maskState.rawValue] }
        == findings.map { finding in
          (["rule_id", "category", "action", "mask_state"] as [StaticString]).map {
            document.text($0, of: finding) ?? ""
          }
        })
    let masked = try testCase.arguments(with: judgement.dataLoss.edits).map { try Self.value($0) }
    let expected = try document.member("masked_args", of: observed).map { try Self.value(Array(document.raw($0))) }
    #expect(masked == (expected == NSNull() ? nil : expected))

    // The index over actions finds what going through all rules finds.
    #expect(policy.decide(call) == policy.decideByWalking(call))
  }

  private static func value(_ json: [UInt8]) throws -> NSObject? {
    try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed) as? NSObject
  }

  /// The case's text, in which `{"$repeat": [text, n]}` stands for a long string.
  private static func expanded(_ node: JSONDocument.Node, in document: JSONDocument) -> [UInt8] {
    var writer = JSONWriter()
    func write(_ node: JSONDocument.Node) {
      switch document.kind(of: node) {
      case .object:
        if let parts = document.member("$repeat", of: node).map({ Array(document.elements(of: $0)) }), parts.count == 2,
          let count = Int(String(decoding: document.raw(parts[1]), as: UTF8.self))
        {
          return writer.string(bytes: Array(repeating: document.text(parts[0]), count: count).joined())
        }
        writer.beginObject()
        for member in document.members(of: node) {
          writer.key(bytes: document.text(member.key))
          write(member.value)
        }
        writer.endObject()
      case .array:
        writer.beginArray()
        for element in document.elements(of: node) { write(element) }
        writer.endArray()
      default:
        writer.raw(document.raw(node))
      }
    }
    write(node)
    return writer.bytes
  }
}

extension JSONDocument {
  func integer(_ key: StaticString, of node: Node) -> Int? {
    member(key, of: node).flatMap { Int(String(decoding: raw($0), as: UTF8.self)) }
  }
}
