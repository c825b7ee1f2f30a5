import Foundation
import Synchronization
import Testing

@testable import Platform
@testable import Relay

/// When a file is to be read again. The files are real, the time is not.
@Suite struct FileWatchTests {
  private let directory: URL
  private let path: String

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "czproxy-watch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    path = directory.appending(path: "policy").path
    try Data("one".utf8).write(to: URL(filePath: path))
  }

  private func replace(_ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
  }

  private func rewrite(_ text: String) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  @Test func `a file that was replaced counts at once, and once`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    var watch = FileWatch([path])
    func hasChanged(at now: UInt64) -> Bool { watch.hasChanged(at: now, time: 0) }
    #expect(!hasChanged(at: 0))
    try replace("another")
    #expect(hasChanged(at: 1))
    #expect(!hasChanged(at: 2))
    try FileManager.default.removeItem(atPath: path)
    #expect(hasChanged(at: 3))
    try replace("third")
    #expect(hasChanged(at: 4))
  }

  @Test func `a file that is written in place counts when it was left alone for a moment`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    var watch = FileWatch([path])
    func hasChanged(at now: UInt64) -> Bool { watch.hasChanged(at: now, time: 0) }
    try rewrite("longer than one")
    #expect(!hasChanged(at: 10))
    #expect(watch.deadline == 10 + FileWatch.quiet)
    try rewrite("longer than one, and longer")
    #expect(!hasChanged(at: 10 + FileWatch.quiet))
    #expect(!hasChanged(at: 11 + FileWatch.quiet))
    #expect(hasChanged(at: 10 + 2 * FileWatch.quiet))
    #expect(!hasChanged(at: 11 + 2 * FileWatch.quiet))
    #expect(watch.deadline == nil)
  }

  @Test func `a file that was written in place, and left alone before anybody looked, counts at once`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    var watch = FileWatch([path])
    try rewrite("longer than one")
    let changed = try #require(FileIdentity(of: path)).changed
    let quiet = Int64(FileWatch.quiet)
    func hasChanged(atTime time: Int64) -> Bool { watch.hasChanged(at: 10, time: time) }
    for time: Int64 in [changed + quiet - 1, changed - 1, changed, 0, .min / 2] {
      #expect(!hasChanged(atTime: time))
    }
    #expect(hasChanged(atTime: changed + quiet))
    #expect(!hasChanged(atTime: changed + quiet))
    #expect(watch.deadline == nil)
  }

  @Test func `a file that is cut is not taken for one that was left alone, while its time is still the old one`() {
    // ext4 sets the length first, and the times once the blocks are freed.
    func file(size: Int64, changed: Int64) -> FileIdentity {
      FileIdentity(device: 1, inode: 1, size: size, modified: changed, changed: changed)
    }
    let state = Mutex(file(size: 100, changed: 0))
    var watch = FileWatch(["policy"]) { _ in state.withLock { $0 } }
    let quiet = Int64(FileWatch.quiet)
    func hasChanged(_ file: FileIdentity, at now: UInt64, time: Int64) -> Bool {
      state.withLock { $0 = file }
      return watch.hasChanged(at: now, time: time)
    }
    #expect(!hasChanged(file(size: 0, changed: 0), at: 0, time: 10 * quiet))
    #expect(!hasChanged(file(size: 50, changed: 10 * quiet), at: 1, time: 10 * quiet))
    #expect(hasChanged(file(size: 50, changed: 10 * quiet), at: 2, time: 11 * quiet))
  }

  @Test func `a file that is replaced while another is being written counts with it`() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    let other = directory.appending(path: "other").path
    var watch = FileWatch([path, other])
    func hasChanged(at now: UInt64) -> Bool { watch.hasChanged(at: now, time: 0) }
    try rewrite("longer than one")
    try Data("new".utf8).write(to: URL(filePath: other), options: .atomic)
    #expect(!hasChanged(at: 0))
    #expect(hasChanged(at: FileWatch.quiet))
  }
}
