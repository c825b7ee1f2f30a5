import Foundation
import Testing

/// What becomes of answers under the policy that says no in every way.
extension ProtocolMatrixTests {
  @Test(arguments: Pairing.same)
  func `an answer that is too large or of another type is withheld, from a task too`(pairing: Pairing) throws {
    let run = try Self.denied[pairing]
    let withheld = "synthetic:RESULT_WITHHELD"
    Self.expectRefused(run, "big", by: withheld)
    Self.expectRefused(run, "image", by: withheld)
    #expect(run.text("big").contains("RESULT_TOO_LARGE") && run.text("big").contains("It was executed"))
    #expect(run.text("image").contains("CONTENT_TYPE_DENIED") && run.text("image").contains("image/png"))
    Self.expectError(run, "read blob", by: withheld)
    if pairing.isModern { Self.expectError(run, "job_big", by: withheld) }
    if pairing == .old {
      let output = value(run.steps, "job_big", "result", "output")
      #expect(value(output, "isError") as? Bool == true)
      #expect(value(output, "_meta", "ai.controlzero/decision", "policy_id") as? String == withheld)
    }
  }

  @Test(arguments: Pairing.same)
  func `a masked answer keeps to its output schema, and a task's answer is masked as well`(pairing: Pairing) throws {
    let run = try Self.denied[pairing]
    let mask = "[REDACTED-CREDENTIAL-GITHUB-TOKEN]"
    var results = [value(run.steps, "secret", "result")]
    if pairing.isModern { results.append(value(run.steps, "job", "result")) }
    if pairing == .old { results.append(value(run.steps, "job", "result", "output")) }
    for result in results {
      #expect(value(result, "isError") as? Bool == false)
      #expect(value(result, "structuredContent", "token") as? String == mask)
      #expect(value(result, "structuredContent", "owner") as? String == "Ann")
      #expect(value(result, "content", 0, "text") as? String == #"{"owner": "Ann", "token": "\#(mask)"}"#)
    }
    #expect(run.lines("inner/out").contains { $0.contains("ghp_") })
    #expect(!run.lines("outer/out").contains { $0.contains("ghp_") })
  }

  @Test(arguments: Pairing.same)
  func `what a policy says of a tool's hints takes the place of what the server says`(pairing: Pairing) throws {
    func annotations(_ run: EverythingRun) -> [String: Any]? {
      let pages = value(run.steps, "tools", "result") as? [Any] ?? []
      let tools = pages.flatMap { value($0, "entries") as? [Any] ?? [] }
      return value(tools.first { value($0, "name") as? String == "lying" }, "annotations") as? [String: Any]
    }
    #expect(annotations(try Self.direct[pairing])?["readOnlyHint"] as? Bool == true)
    let overruled = annotations(try Self.denied[pairing])
    #expect(overruled?["readOnlyHint"] as? Bool == false)
    #expect(overruled?["destructiveHint"] as? Bool == true)
    #expect(overruled?["title"] as? String == "Harmless")
  }

  @Test(arguments: Pairing.same)
  func `what is denied whatever its arguments leaves every page of a list, and the cursors stay`(pairing: Pairing)
    throws
  {
    let (run, direct) = (try Self.denied[pairing], try Self.direct[pairing])
    #expect(run.pages("tools") == direct.pages("tools").map { $0.filter { !$0.hasPrefix("forbidden") } })
    #expect(run.pages("tools") != direct.pages("tools"))
    #expect(run.pages("resources", by: "uri").flatMap(\.self).allSatisfy { $0.hasPrefix("memo://") })
    for step in ["tools", "resources", "prompts"] {
      #expect(run.cursors(step) == direct.cursors(step) && run.cursors(step).count > 1, "\(step)")
    }
  }
}
