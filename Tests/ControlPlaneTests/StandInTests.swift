import Foundation
import Testing

/// The stand-in is faithful: Control Zero's own SDK works with it, and sends it the same requests as czproxy.
@Suite struct StandInTests {
  @Test(.enabled(if: FileManager.default.fileExists(atPath: Project.python)))
  func `the real SDK and czproxy ask and tell the same things, and take faults alike`() throws {
    let scratch = try Scratch()
    let service = try StandIn(in: scratch)
    let script = "\(Project.root)/Testdata/services/sdk_client.py"
    let child = try Child([Project.python, script, service.url, Project.apiKey, scratch.path], in: scratch)
    try #require(try child.wait() == 0, "\(child.errors)")
    let last = try #require(child.output.split(separator: "\n").last)
    let result = try #require(try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: [String: String]])
    #expect(result["denied"] == ["effect": "deny", "policy_id": "rule-0"])
    #expect(result["allowed"] == ["effect": "allow", "policy_id": "rule-2"])
    // The rows of the decision table: the cache is used for the first fault, and never for the other two.
    #expect(result["pull_500"]?["effect"] == "allow")
    #expect(result["pull_401"]?["code"] == "E1101")
    #expect(result["pull_junk"]?["raised"] == "BundleFormatError")
    #expect(result["again"]?["effect"] == "allow")

    func headers(_ path: String) throws -> [[String: String]] {
      try service.requests(path).compactMap { $0["headers"] as? [String: String] }
    }
    let theirPulls = try headers("/v1/sdk/policies/pull")
    let theirPosts = try headers("/v1/sdk/audit")
    let theirEntries = try service.entries()
    // Now ours.
    try Segments.write(2, in: scratch)
    let sync = try service.sync(scratch)
    #expect(try sync.wait() == 0, "\(sync.errors)")
    #expect(try service.sync(scratch).wait() == 0)
    let ourPulls = try headers("/v1/sdk/policies/pull").suffix(2)
    #expect(ourPulls.first?["If-None-Match"] == nil && theirPulls.first?["If-None-Match"] == nil)
    let etag = try #require(ourPulls.last?["If-None-Match"])
    #expect(etag == theirPulls.last?["If-None-Match"])
    #expect(ourPulls.last?["Authorization"] == theirPulls.last?["Authorization"])
    // A bundle is not JSON.
    #expect(ourPulls.last?["Accept"] == theirPulls.last?["Accept"])

    let ourPost = try #require(try headers("/v1/sdk/audit").last)
    let theirPost = try #require(theirPosts.last)
    for name in ["Authorization", "Content-Type"] { #expect(ourPost[name] == theirPost[name] && ourPost[name] != nil) }
    for name in ["traceparent", "X-Request-ID", "X-Correlation-ID"] {
      let ours = ourPost.first { $0.key.lowercased() == name.lowercased() }?.value
      let theirs = theirPost.first { $0.key.lowercased() == name.lowercased() }?.value
      #expect(ours?.count == theirs?.count && ours != nil, "\(name)")
    }
    let ourEntry = try #require(try service.entries().last)
    let theirEntry = try #require(theirEntries.last)
    // Rows in this test have no data-loss outcome and no enforcement, which the mapping test covers.
    let optional: Set<String> = ["dlp_outcome", "enforcement"]
    #expect(Set(ourEntry.keys).union(optional) == Set(theirEntry.keys).union(optional))
  }
}
