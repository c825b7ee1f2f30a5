import Foundation
import Testing

/// Policies that change while a session goes on, and the choices of the command line.
extension ProtocolMatrixTests {
  /// Begins with everything allowed; then the policy is replaced by an allow-list of two tools.
  private static let closed = EverythingRuns {
    try EverythingRun(
      $0, .init(replacement: "version: \"1\"\nrules: [{id: two, allow: [\"s:echo\", \"s:structured\"]}]\n"),
      steps: [
        "reload", "tools", "resources", "templates", "prompts", "read", "prompt", "sample", "structured", "complete",
        $0.isModern ? "listen" : "subscribe",
      ])
  }

  @Test(arguments: Pairing.same)
  func `after a change of policy the host is told, and lists anew`(pairing: Pairing) throws {
    let run = try Self.closed[pairing]
    #expect(run.exceptions == [])
    #expect(value(run.steps, "reload", "result", "told") as? Bool == true)
    let event = value(run.steps, "reload", "result", "event") as? String
    #expect(event == (pairing.isModern ? "ToolsListChanged" : "-"))
    let before = run.pages("reload", in: "before")
    let after = run.pages("reload", in: "after")
    #expect(before.flatMap(\.self).contains("forbidden"))
    #expect(after.flatMap(\.self) == ["echo", "structured"])
    #expect(after.count == before.count && after.count > 2)
    // The server had no part in it.
    #expect(!run.lines("inner/out").contains { $0.contains("list_changed\"") && !$0.contains("listChanged") })
  }

  @Test(arguments: Pairing.same)
  func `an allow-list of tools empties the lists of everything else, page by page`(pairing: Pairing) throws {
    let run = try Self.closed[pairing]
    for step in ["resources", "templates", "prompts"] {
      #expect(run.pages(step).flatMap(\.self) == [], "\(step)")
    }
    let direct = try Self.direct[pairing]
    for step in ["tools", "resources", "prompts"] { #expect(run.cursors(step) == direct.cursors(step), "\(step)") }
    guard pairing.isModern else { return }
    // What was made for one host is not for others.
    let scopes = (value(run.steps, "prompts", "result") as? [Any] ?? []).map {
      value($0, "more", "cacheScope") as? String
    }
    #expect(scopes == ["private", "private"])
  }

  @Test(arguments: Pairing.same)
  func `an allow-list of tools opens no method, and closes none of the protocol's own`(pairing: Pairing) throws {
    let run = try Self.closed[pairing]
    let rule = "synthetic:NO_RULE_MATCH"
    Self.expectError(run, "read", by: rule)
    Self.expectError(run, "prompt", by: rule)
    Self.expectError(run, pairing.isModern ? "listen" : "subscribe", by: rule)
    Self.expectRefused(run, "sample", by: rule)
    #expect(value(run.steps, "structured", "result", "structuredContent", "sum") as? Double == 3.5)
    #expect(value(run.steps, "complete", "result", "completion", "total") as? Int == 2)
  }

  @Test(arguments: Pairing.same)
  func `strict methods refuse what MCP does not know, in both directions, and nothing else`(pairing: Pairing) throws {
    let run = try EverythingRun(pairing, .init(options: ["--strict-methods"]))
    #expect(run.exceptions == [])
    #expect(value(run.steps, "vendor", "error", "code") as? Int == -32601)
    #expect(!run.lines("inner/in").contains { $0.contains("\"vendor/") })
    #expect(!run.lines("outer/out").contains { $0.contains("\"vendor/") })
    if pairing == .legacy { #expect(run.text("vendor_ask") == #"{"refused": -32601}"#) }
    for (step, outcome) in try Self.direct[pairing].steps where step != "vendor" {
      #expect(Self.text(of: run.steps[step] ?? "missing") == Self.text(of: outcome), "\(step)")
    }
  }

  @Test(arguments: [Pairing.modern, .legacy])
  func `in quarantine everything that is judged is denied, as errors where that was asked for`(pairing: Pairing) throws
  {
    let run = try EverythingRun(
      pairing, .init(options: ["--deny-as", "error"], isQuarantined: true),
      steps: ["tools", "echo", "read", "prompt", "complete", pairing.isModern ? "listen" : "subscribe"])
    #expect(run.exceptions == [])
    for step in ["echo", "read", "prompt", pairing.isModern ? "listen" : "subscribe"] {
      #expect(value(run.steps, step, "error", "code") as? Int == 4030, "\(step)")
      let message = value(run.steps, step, "error", "message") as? String ?? ""
      #expect(message.contains("quarantine") && message.contains("somebody edited the policy"), "\(step)")
    }
    // What is never a policy's subject goes on.
    #expect(run.pages("tools") == (try Self.direct[pairing]).pages("tools"))
    #expect(value(run.steps, "complete", "result", "completion", "total") as? Int == 2)
  }
}
