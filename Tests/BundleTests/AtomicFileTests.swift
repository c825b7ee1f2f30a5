import Foundation
import Platform
import Testing

/// Files that exist either whole or not at all.
struct AtomicFileTests {
  private func names(_ scratch: Scratch) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
  }

  @Test func `a file is written, replaced, and leaves nothing beside it`() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/f"
    for content in [[], Array("one".utf8), [UInt8](repeating: 7, count: 1 << 20), Array("two".utf8)] {
      try AtomicFile.write(content, to: path)
      #expect(scratch.read("f") == content)
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }
    #expect(try names(scratch) == ["f"])
  }

  @Test func `a file that is there is kept where that is asked for`() throws {
    let scratch = try Scratch()
    try AtomicFile.write([1], to: scratch.path + "/f", replaces: false)
    #expect {
      try AtomicFile.write([2], to: scratch.path + "/f", replaces: false)
    } throws: {
      ($0 as? SystemError)?.number == EEXIST
    }
    #expect(scratch.read("f") == [1])
    #expect(try names(scratch) == ["f"])
  }

  @Test func `a symbolic link is replaced, not followed`() throws {
    let scratch = try Scratch()
    try scratch.file("target", "old")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/f", withDestinationPath: scratch.path + "/target")
    try AtomicFile.write(Array("new".utf8), to: scratch.path + "/f")
    #expect(scratch.read("target") == Array("old".utf8))
    #expect(scratch.read("f") == Array("new".utf8))
  }

  @Test func `what can't be written is an error, and leaves nothing`() throws {
    let scratch = try Scratch()
    #expect(throws: SystemError.self) { try AtomicFile.write([1], to: scratch.path + "/no/f") }
    try FileManager.default.createDirectory(atPath: scratch.path + "/d", withIntermediateDirectories: true)
    #expect(throws: SystemError.self) { try AtomicFile.write([1], to: scratch.path + "/d") }
    #expect(try names(scratch) == ["d"])
  }
}
