import Foundation
import Testing

@testable import Bundle

/// The memory of accepted bundles.
struct MemoryTests {
  private func accepted(_ createdAt: UInt64, project: String = "prj_fixture") throws -> AcceptedBundle {
    AcceptedBundle(
      try Fixtures.opened(try Fixtures.packed("{}", createdAt: createdAt)), projectID: project, expiresAt: nil)
  }

  @Test func `the newest is remembered, whatever comes after it`() throws {
    let signer = try Fixtures.signingKey()
    var memory = AcceptedBundles()
    #expect(memory.newest(of: "prj_fixture", signer: signer) == nil)
    for (createdAt, newest) in [(5, 5), (9, 9), (7, 9), (UInt64.max, UInt64.max)] as [(UInt64, UInt64)] {
      memory = try memory.remembering(try accepted(createdAt))
      #expect(memory.newest(of: "prj_fixture", signer: signer) == newest)
    }
    #expect(memory.newest(of: "prj_other", signer: signer) == nil)
    memory = try memory.remembering(try accepted(1, project: "prj_\"\n"))
    #expect(try AcceptedBundles(parsing: memory.json()) == memory)
  }

  @Test(arguments: [
    "", "{}", "[]", "{\"version\":1}", "{\"version\":2,\"accepted\":[]}", "{\"version\":1,\"accepted\":{}}",
    "{\"version\":1,\"accepted\":[{}]}", "{\"version\":1,\"accepted\":[1]}", "{\"version\":1,\"accepted\":[]",
    "{\"version\":1,\"accepted\":[{\"project_id\":\"p\",\"signing_pubkey_hex\":\"00\",\"created_at\":1}]}",
    "{\"version\":1,\"accepted\":[{\"project_id\":\"p\",\"signing_pubkey_hex\":\"\(zeros)\",\"created_at\":-1}]}",
    "{\"version\":1,\"accepted\":[{\"project_id\":\"p\",\"signing_pubkey_hex\":\"\(zeros)\",\"created_at\":\"1\"}]}",
    "{\"version\":1,\"accepted\":[{\"project_id\":\"p\",\"signing_pubkey_hex\":\"\(zeros)\",\"created_at\":1},"
      + "{\"project_id\":\"p\",\"signing_pubkey_hex\":\"\(zeros)\",\"created_at\":2}]}",
  ])
  func `a damaged memory is refused`(text: String) {
    let error = refusal { _ = try AcceptedBundles(parsing: Array(text.utf8)) }
    #expect(error?.code == .memory)
    #expect(error?.kind == .rollback)
    #expect(error?.advice.contains("remove") == true)
  }

  private static let zeros = String(repeating: "0", count: 64)

  @Test func `a full memory is refused`() throws {
    var memory = AcceptedBundles()
    for number in 0..<1024 { memory = try memory.remembering(try accepted(1, project: "p\(number)")) }
    _ = try AcceptedBundles(parsing: memory.json())
    _ = try memory.remembering(try accepted(2, project: "p0"))
    #expect(refusal { _ = try memory.remembering(try accepted(1, project: "p1024")) }?.code == .memory)
  }

  // MARK: The file

  @Test func `the file is made for its owner only, and read again`() throws {
    let scratch = try Scratch()
    let file = AcceptedBundlesFile(stateDirectory: scratch.path + "/state")
    #expect(try file.read() == AcceptedBundles())
    try file.remember(try accepted(5))
    try file.remember(try accepted(3))
    #expect(try file.read().newest(of: "prj_fixture", signer: try Fixtures.signingKey()) == 5)
    let manager = FileManager.default
    for (path, permissions) in [
      (file.path, 0o600), (scratch.path + "/state/bundles", 0o700), (scratch.path + "/state", 0o700),
    ] {
      #expect(try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int == permissions, "\(path)")
    }
    #expect(
      try manager.contentsOfDirectory(atPath: scratch.path + "/state/bundles").sorted() == [
        "accepted.json", "accepted.lock",
      ])
  }

  @Test func `a damaged file is refused and left alone`() throws {
    let scratch = try Scratch()
    let file = AcceptedBundlesFile(stateDirectory: scratch.path)
    try FileManager.default.createDirectory(atPath: scratch.path + "/bundles", withIntermediateDirectories: true)
    try scratch.file("bundles/accepted.json", "{\"version\":1,")
    let error = refusal { _ = try file.read() }
    #expect(error?.code == .memory)
    #expect(error?.reason.contains(file.path) == true)
    #expect(refusal { try file.remember(try accepted(5)) }?.code == .memory)
    #expect(scratch.read("bundles/accepted.json") == Array("{\"version\":1,".utf8))
  }

  @Test func `a directory in the place of the file is refused`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/bundles/accepted.json", withIntermediateDirectories: true)
    #expect(refusal { _ = try AcceptedBundlesFile(stateDirectory: scratch.path).read() }?.code == .memory)
  }

  /// Many processes at a time: nothing that one of them remembers is lost to another.
  @Test func `processes that remember at the same time lose nothing`() async throws {
    let scratch = try Scratch()
    let bundles = try (0..<24).map { try accepted(UInt64($0) + 1, project: "p\($0 % 8)") }
    await withTaskGroup(of: Void.self) { group in
      for bundle in bundles {
        group.addTask {
          #expect(refusal { try AcceptedBundlesFile(stateDirectory: scratch.path).remember(bundle) } == nil)
        }
      }
    }
    let memory = try AcceptedBundlesFile(stateDirectory: scratch.path).read()
    let signer = try Fixtures.signingKey()
    for number in 0..<8 { #expect(memory.newest(of: "p\(number)", signer: signer) == UInt64(number) + 17) }
  }
}
