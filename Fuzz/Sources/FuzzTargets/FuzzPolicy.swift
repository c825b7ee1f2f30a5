import DataLoss
import Policy
import Wire

/// The input is a policy, and after a byte 0xff the arguments of a call that it judges. The first byte says what the
/// policy is: YAML, JSON, or the payload of a bundle.
///
/// Any text yields a policy or errors that say something; a policy decides any call.
public func fuzzPolicy(_ input: [UInt8]) {
  guard let kind = input.first else { return }
  let parts = input.dropFirst().split(separator: 0xff, maxSplits: 1, omittingEmptySubsequences: false)
  let text = Array(parts[0])
  do throws(PolicyError) {
    let policy: Policy
    switch kind % 3 {
    case 0: policy = try Policy.load(local: text, format: .yaml, fileName: "p.yaml")
    case 1: policy = try Policy.load(local: text, format: .json, fileName: "p.json")
    default: policy = try Policy.load(hosted: text, fileName: "payload")
    }
    check(policy.summaries.allSatisfy { $0.policyID != "synthetic:UNREADABLE_RULE" }, "a rule that can't be made")
    check(policy.warnings.allSatisfy { !$0.message.contains("\n") }, "a warning of several lines")
    let arguments = parts.count > 1 ? Array(parts[1]) : Array(#"{"path":"/etc/x","n":1}"#.utf8)
    let document = try? JSONDocument(parsing: arguments[...])
    for (server, tool) in [("s", "read"), ("database", "query"), ("shell", "execute"), ("s", "é/\u{1}")] {
      let object = document.flatMap { $0.kind(of: $0.root) == .object ? ($0, $0.root) : nil }
      let call = Call(server: Array(server.utf8), tool: Array(tool.utf8), arguments: object, context: Context())
      let judgement = policy.judge(call)
      check(!judgement.decision.policyID.isEmpty, "a decision of nobody")
      if case let edits = judgement.dataLoss.edits, !edits.isEmpty {
        let masked = ByteEdits.apply(edits, to: arguments)
        check((try? JSONDocument(parsing: masked[...])) != nil, "masked arguments that are not JSON")
      }
    }
  } catch {
    check(!error.lines.isEmpty && error.lines.allSatisfy { !$0.contains("\n") }, "an error that says nothing")
  }
}
