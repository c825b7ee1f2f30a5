import Foundation
import Testing

/// All of MCP by the official SDK, in both eras: what is allowed crosses untouched, what is denied is denied in a form
/// that the SDK of the other side reads. `docs/protocol.md` names these tests.
@Suite struct ProtocolMatrixTests {
  typealias Pairing = EverythingRun.Pairing

  /// Sessions without the proxy.
  static let direct = EverythingRuns { try EverythingRun($0, nil) }

  // MARK: Transparency

  /// What differs from run to run: the SDK's random task ids, addresses of objects, and the time.
  private static func isTheSame(_ line: String) -> String {
    let changing = [
      #"[0-9a-f]{32}(:|%3A)[0-9a-f-]{36}(-[0-9]+)?"#, #"20[0-9-]{8}T[0-9:.]+(Z|\+00:00)"#,
    ]
    return changing.reduce(line) { $0.replacingOccurrences(of: $1, with: "~", options: .regularExpression) }
  }

  /// The answers to requests that the host cancelled, which are dropped.
  private static func answersToCancelled(in run: EverythingRun) throws -> [String] {
    let cancelled = try run.lines("inner/in").map(json).filter { $0["method"] as? String == "notifications/cancelled" }
      .compactMap { value($0, "params", "requestId") as? NSObject }
    return try run.lines("inner/out").filter { line in
      let message = try json(line)
      return message["method"] == nil && cancelled.contains { $0 == message["id"] as? NSObject }
    }
  }

  private static func expectTransparent(_ run: EverythingRun, _ pairing: Pairing) throws {
    #expect(run.exceptions == [])
    #expect(!run.scratch.read("outer/in").isEmpty)
    #expect(run.scratch.read("outer/in") == run.scratch.read("inner/in"))
    let dropped = try answersToCancelled(in: run)
    // Of the two SDKs, only the old one answers cancelled requests.
    #expect(dropped.count == (pairing.server == 1 ? 1 : 0))
    #expect(run.lines("outer/out") == run.lines("inner/out").filter { !dropped.contains($0) })
    #expect(run.lines("outer/out").count > 100)
  }

  /// Checks that the same lines crossed as without the proxy, and that the host's SDK returned the same.
  private static func expectSame(_ run: EverythingRun, as direct: EverythingRun) throws {
    #expect(run.version == direct.version)
    #expect(run.lines("outer/in").map(isTheSame).sorted() == direct.lines("outer/in").map(isTheSame).sorted())
    let all = try run.lines("outer/out") + answersToCancelled(in: run)
    #expect(all.map(isTheSame).sorted() == direct.lines("outer/out").map(isTheSame).sorted())
    for (step, outcome) in direct.steps {
      #expect(text(of: run.steps[step] ?? "missing") == text(of: outcome), "\(step)")
    }
  }

  /// An outcome as text that can be compared.

  static func text(of outcome: Any) -> String {
    let data = try? JSONSerialization.data(withJSONObject: outcome, options: [.sortedKeys, .fragmentsAllowed])
    return isTheSame(String(decoding: data ?? Data(), as: UTF8.self))
  }

  @Test(arguments: Pairing.same, ["off", "detect"])
  func `with a policy that allows everything all that crosses is the same byte for byte`(
    pairing: Pairing, results: String
  ) throws {
    let run = try EverythingRun(pairing, .init(options: results == "off" ? ["--dlp-results", "off"] : []))
    try Self.expectTransparent(run, pairing)
    try Self.expectSame(run, as: try Self.direct[pairing])
  }

  @Test(arguments: [Pairing.oldHost, .oldServer])
  func `SDKs of different ages meet through the proxy, byte for byte`(pairing: Pairing) throws {
    let run = try EverythingRun(pairing)
    try Self.expectTransparent(run, pairing)
    #expect(run.version == "2025-11-25")
  }

  @Test func `while only observing all that crosses is the same byte for byte`() throws {
    let run = try EverythingRun(
      .modern, .init(policy: "version: \"1\"\nrules: [{deny: \"*\"}, {deny: \"*:*/*\"}]\n", options: ["--observe"]))
    try Self.expectTransparent(run, .modern)
  }

  @Test(arguments: Pairing.same)
  func `sixty calls at once get each its own answer`(pairing: Pairing) throws {
    let texts = value(try Self.direct[pairing].steps, "concurrent", "result") as? [String] ?? []
    #expect(texts.count == 60 && texts.enumerated().allSatisfy { $1.contains("\"call \($0)\"") })
  }
}
