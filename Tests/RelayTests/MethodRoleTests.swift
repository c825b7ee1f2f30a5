import Foundation
import Testing

@testable import Relay

/// The tables of methods, and what people read about them.
@Suite struct MethodRoleTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/protocol.md")

  @Test func `docs/protocol.md names each method`() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let requests = (MethodRole.ofHost + MethodRole.ofServer).map(\.method)
    for method in requests + MethodRole.askedInAnswers + MethodRole.notifications.map(\.method) {
      #expect(text.contains("`\(method)`"), "\(method)")
    }
  }

  @Test func `what is judged is told from what looks like it, and one method may mean two things`() {
    #expect(
      MethodRole.governed.map { "\($0)" }.sorted() == [
        "prompts/get", "resources/read", "resources/subscribe", "subscriptions/listen", "tools/call",
      ])
    #expect(MethodRole(of: Array("ping".utf8), from: .host) == .directory(.ping))
    #expect(MethodRole(of: Array("ping".utf8), from: .server) == .free)
    #expect(MethodRole(of: Array("tools/call".utf8), from: .server) == .unknown)
    #expect(MethodRole(of: Array("Tools/call".utf8), from: .host) == .unknown)
    #expect(!MethodRole.isKnownNotification(Array("notifications/message".utf8), from: .host))
  }
}
