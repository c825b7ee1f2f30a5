import Foundation
import Testing

@testable import Policy

/// The policies that the documentation shows can be used as they stand, and decide as it says.
struct DocumentedPolicyTests {
  private static let root = Vectors.root.deletingLastPathComponent().deletingLastPathComponent()

  /// The YAML of a page that is a whole policy.
  private static func policies(in page: String) throws -> [String] {
    let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
    return text.components(separatedBy: "```yaml\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
      .filter { $0.contains("rules:\n") }
  }

  @Test(arguments: ["README.md", "docs/policy.md", "docs/data-loss.md", "docs/cloud.md", "docs/bundles.md"])
  func everyPolicyIsOne(page: String) throws {
    for text in try Self.policies(in: page) { #expect(try localPolicy(text).warnings.isEmpty) }
  }

  @Test(arguments: [
    ("push_files", #"{"branch": "main"}"#, Effect.deny, "no-force-push"),
    ("push_files", #"{"branch": "work"}"#, .deny, "synthetic:NO_RULE_MATCH"),
    ("get_issue", "{}", .allow, "reading"),
    ("create_issue", #"{"title": "[bot] nightly"}"#, .warn, "small-issues"),
  ])
  func theFirstPolicyDecides(tool: String, arguments: String, effect: Effect, policyID: String) throws {
    let policy = try localPolicy(try #require(try Self.policies(in: "docs/policy.md").first))
    let decision = policy.decide(try toolCall("github", tool, arguments))
    #expect(decision.effect == effect && decision.policyID == policyID)
  }

  @Test(arguments: [
    ("read_file", #"{"path": "/home/me/.ssh/id"}"#, Effect.deny, "not-the-keys"),
    ("read_file", #"{"path": "/home/me/work/a"}"#, .allow, "the-work"),
    ("read_file", #"{"path": "/home/me/work/../.aws/x"}"#, .deny, "not-the-keys"),
    ("read_file", #"{"path": "/home/me/work/../x"}"#, .deny, "synthetic:NO_RULE_MATCH"),
    ("read_multiple_files", #"{"paths": ["/home/me/work/a", "/etc/passwd"]}"#, .deny, "synthetic:NO_RULE_MATCH"),
    ("read_multiple_files", #"{"paths": ["/home/me/work/a"]}"#, .allow, "many-at-once"),
    ("search_files", #"{"path": "/"}"#, .audit, "looked-at"),
  ])
  func thePolicyOfOurDialectDecides(tool: String, arguments: String, effect: Effect, policyID: String) throws {
    let policy = try localPolicy(try #require(try Self.policies(in: "docs/policy.md").last))
    let decision = policy.decide(try toolCall("files", tool, arguments, files: TestFiles()))
    #expect(decision.effect == effect && decision.policyID == policyID)
  }

  @Test func theReadmesPolicyConfines() throws {
    let policy = try localPolicy(try #require(try Self.policies(in: "README.md").first))
    func decide(_ tool: String, _ path: String) throws -> Effect {
      policy.decide(try toolCall("filesystem", tool, "{\"path\": \"\(path)\"}", files: TestFiles())).effect
    }
    #expect(try decide("read_file", "/home/you/work/notes.txt") == .allow)
    #expect(try decide("read_file", "/home/you/work/../other") == .deny)
    #expect(try decide("write_file", "/home/you/work/notes.txt") == .deny)
  }
}
