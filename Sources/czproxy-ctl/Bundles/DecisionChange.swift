import ArgumentParser
import Policy
import Relay
import Wire

/// A call that two policies decide differently.
struct DecisionChange: CustomStringConvertible {
  let line: Int
  let subject: [UInt8]
  let old: Decision
  let new: Decision

  /// Judges each line of a file by both policies; exits with 1 for a line that is not a call.
  static func all(in path: String, from old: BundleContent, to new: BundleContent) throws -> [DecisionChange] {
    var changes: [DecisionChange] = []
    let lines = try InputFile.read(path).split(separator: 0x0a, omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.isEmpty {
      do throws(PolicyCase.Malformed) {
        let testCase = try self.testCase(line)
        let call = testCase.call(for: new.policy, files: LocalFileSystem())
        let before = testCase.judge(testCase.call(for: old.policy, files: LocalFileSystem()), by: old.policy).decision
        let after = testCase.judge(call, by: new.policy).decision
        guard before.effect != after.effect else { continue }
        changes.append(DecisionChange(line: number + 1, subject: call.subject, old: before, new: after))
      } catch {
        Terminal.complain("\(path):\(number + 1): \(error)")
        throw ExitCode(1)
      }
    }
    return changes
  }

  /// A call as a `PolicyCase`, which requires a policy: any policy on the line is replaced by an empty one.
  private static func testCase(_ line: ArraySlice<UInt8>) throws(PolicyCase.Malformed) -> PolicyCase {
    guard let document = try? JSONDocument(parsing: line, options: .python),
      document.kind(of: document.root) == .object
    else { return try PolicyCase(parsing: line) }
    var writer = JSONWriter()
    writer.beginObject()
    for (key, value) in document.members(of: document.root)
    where !document.string(key, equals: "policy") && !document.string(key, equals: "mode") {
      writer.key(bytes: document.text(key))
      writer.raw(document.raw(value))
    }
    writer.raw("policy", "{}".utf8)
    writer.string("mode", "hosted")
    writer.endObject()
    return try PolicyCase(parsing: writer.bytes[...])
  }

  var description: String {
    "! line \(line): \(DisplayText.escaped(subject)): \(Self.shown(old)) -> \(Self.shown(new))"
  }

  private static func shown(_ decision: Decision) -> String {
    "\(decision.effect.rawValue) by \(DisplayText.escaped(decision.policyID.utf8))"
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.integer("line", line)
    writer.string("subject", bytes: subject)
    for (key, decision) in [("old", old), ("new", new)] {
      writer.key(bytes: key.utf8)
      writer.beginObject()
      writer.string("effect", decision.effect.rawValue)
      writer.string("policy_id", decision.policyID)
      writer.string("reason_code", decision.reasonCode)
      writer.endObject()
    }
    writer.endObject()
  }
}
