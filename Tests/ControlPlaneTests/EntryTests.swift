import Foundation
import Testing
import Wire

@testable import ControlPlane

/// Rows as the receivers get them.
@Suite struct EntryTests {
  private static let sender = Sender(hostname: "vm", user: "oracle", version: "0.1.0")

  private func entry(_ row: String) throws -> RowEncoding {
    ServiceEntry.encode(try JSONDocument(parsing: Array(row.utf8)[...]), from: Self.sender)
  }

  /// Every row that the real package wrote, and what it posted for it.
  @Test func `an entry has the members and values that the real package posts`() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(Project.root)/Testdata/services/rows.json"))
    let samples = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    var compared = 0
    for sample in samples {
      let rows = try #require(sample["local"] as? [[String: Any]])
      let posts = try #require(sample["wire"] as? [[String: Any]])
      var row = try #require(rows.first)
      // Rows of ours have both members; those of the package have neither.
      row["event"] = "decision"
      row["id"] = "an id"
      let text = try JSONSerialization.data(withJSONObject: row)
      guard case .entry(let bytes) = try entry(String(decoding: text, as: UTF8.self)) else {
        Issue.record("no entry for \(sample["name"] ?? "")")
        continue
      }
      var ours = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
      var theirs = try #require((posts.first?["entries"] as? [[String: Any]])?.first)
      #expect(ours["controlzero_sdk_version"] as? String == "swift@0.1.0")
      #expect(ours["id"] as? String == "an id")
      for key in ["id", "ts", "controlzero_sdk_version"] {
        ours[key] = nil
        theirs[key] = nil
      }
      #expect(NSDictionary(dictionary: ours) == NSDictionary(dictionary: theirs), "\(sample["name"] ?? "")")
      compared += 1
    }
    #expect(compared == 7)
  }

  @Test func `only decisions are entries, and ours to audit counts as allowed`() throws {
    #expect(try entry(#"{"id":"1","event":"outcome","decision":"audit","tool":"s"}"#) == .nothing)
    #expect(try entry(#"{"id":"1","event":"session_start","decision":"audit","tool":"czproxy"}"#) == .nothing)
    guard case .entry(let bytes) = try entry(#"{"id":"1","event":"decision","decision":"audit","tool":"s"}"#) else {
      Issue.record("no entry")
      return
    }
    #expect(String(decoding: bytes, as: UTF8.self).contains(#""decision":"allow""#))
  }

  @Test(arguments: [
    #"{"id":"1","event":"decision","decision":"maybe","tool":"s"}"#,
    #"{"id":"1","event":"decision","tool":"s"}"#,
    #"{"id":"1","event":"decision","decision":"allow","tool":""}"#,
    #"{"id":"1","event":"decision","decision":"allow","tool":7}"#,
    #"{"event":"decision","decision":"allow","tool":"s"}"#,
  ])
  func `what the service would refuse is not sent`(row: String) throws {
    guard case .unusable = try entry(row) else {
      Issue.record("it is sent")
      return
    }
  }

  @Test func `nothing that is not on the list leaves the machine`() throws {
    let row = #"""
      {"id":"1","event":"decision","decision":"deny","tool":"s","args":{"a":"SECRET"},"args_keys":["SECRET"],
      "dlp_findings":[{"matched_text":"SECRET"}],"host_ids":{"x":"SECRET"},"server_command":["SECRET"],
      "enforcement":{"status":"enforced","note":"SECRET"},"dlp_outcome":{"status":"findings","reason":"r","text":"SECRET",
      "details":{"rules":[{"rule_id":"r","match":"SECRET","count":2}],"findings_total":2,"sample":"SECRET"}}}
      """#.replacing("\n", with: " ")
    let document = try JSONDocument(parsing: Array(row.utf8)[...])
    guard case .entry(let bytes) = ServiceEntry.encode(document, from: Self.sender) else {
      Issue.record("no entry")
      return
    }
    #expect(!String(decoding: bytes, as: UTF8.self).contains("SECRET"))
  }

  @Test func `a telemetry record has the conventions' names, the time and the trace`() throws {
    let row = #"""
      {"ts":"2026-11-23T17:09:41.683366+00:00","decision":"deny","id":"u","event":"decision","tool":"github",
      "method":"delete_repo","policy_id":"rule-0","reason":"no","session_id":"ab","request_id":"\"seven\"",
      "enforced":true,"chain_seq":4,"args_keys":["SECRET"],
      "trace":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}
      """#.replacing("\n", with: " ")
    guard case .entry(let bytes) = TelemetryRecord.encode(try JSONDocument(parsing: Array(row.utf8)[...])) else {
      Issue.record("no record")
      return
    }
    #expect(!String(decoding: bytes, as: UTF8.self).contains("SECRET"))
    let record = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(record["timeUnixNano"] as? String == "1795453781683366000")
    #expect(record["severityText"] as? String == "WARN" && record["eventName"] as? String == "controlzero.decision")
    #expect(record["traceId"] as? String == "0af7651916cd43dd8448eb211c80319c")
    #expect(record["spanId"] as? String == "b7ad6b7169203331")
    let attributes = try #require(record["attributes"] as? [[String: Any]])
    func value(_ key: String) -> String? {
      let value = attributes.first { $0["key"] as? String == key }?["value"] as? [String: Any]
      return value?["stringValue"] as? String ?? value?["intValue"] as? String
        ?? (value?["boolValue"] as? Bool).map { "\($0)" }
    }
    for (key, expected) in [
      ("gen_ai.tool.name", "delete_repo"), ("gen_ai.operation.name", "execute_tool"),
      ("mcp.method.name", "tools/call"), ("mcp.session.id", "ab"), ("jsonrpc.request.id", "seven"),
      ("network.transport", "pipe"), ("controlzero.server", "github"), ("controlzero.decision", "deny"),
      ("controlzero.policy.id", "rule-0"), ("controlzero.enforced", "true"), ("controlzero.record.seq", "4"),
    ] { #expect(value(key) == expected, "\(key)") }
  }
}
