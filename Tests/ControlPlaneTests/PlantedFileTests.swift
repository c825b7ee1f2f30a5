import Audit
import Foundation
import Platform
import State
import Testing

/// What others put into the state directory, and services that say too much: nothing hangs, crashes or gives a key away.
@Suite struct PlantedFileTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func control(_ words: [String]) throws -> (status: Int32, output: String, errors: String) {
    let child = try Child([Project.control] + words + ["--state-dir", scratch.state], in: scratch)
    return (try child.wait(), child.output, child.errors)
  }

  private func plant(_ content: String, _ name: String) throws {
    let path = "\(scratch.state)/\(name)"
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func plantPipe(_ name: String) throws {
    let path = "\(scratch.state)/\(name)"
    _ = unsafe unlink(path)
    try #require(unsafe mkfifo(path, 0o600) == 0)
  }

  // MARK: Services

  @Test func `trailers without an end are cut off, and not kept`() throws {
    let service = try StandIn(in: scratch)
    try service.fault(#"{"on":"bootstrap","kind":"trailers"}"#)
    let child = try service.sync(scratch)
    #expect(try child.wait() == 78)
    #expect(child.errors.contains("header of the answer"), "\(child.errors)")
  }

  @Test func `a key that a service echoes in escapes is in no error and no file`() throws {
    let service = try StandIn(in: scratch)
    try service.fault(#"{"on":"bootstrap","kind":"status","status":401,"body":"echo-escaped"}"#)
    let child = try service.sync(scratch)
    #expect(try child.wait() == 77)
    #expect(child.errors.contains("not Bearer ****"), "\(child.errors)")
    let fault = try #require(try scratch.cached()?.fault)
    let places = [child.errors, child.output, scratch.text("state/sync-state.json"), fault.message]
    #expect(places.allSatisfy { !$0.contains("cz_test_") })
  }

  // MARK: Pipes in the place of files

  @Test func `a pipe in the place of the lock makes nobody wait`() throws {
    let service = try StandIn(in: scratch)
    #expect(try service.sync(scratch).wait() == 0)
    try plantPipe("sync.lock")
    #expect(try control(["status"]).status == 0)
    #expect(!SyncLock.isHeld(stateDirectory: scratch.state))
  }

  @Test func `a pipe in the place of what is appended to is an error, and loses nothing`() throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(1, in: scratch)
    try service.fault(#"{"on":"audit","kind":"poison","methods":["m0"]}"#)
    try plantPipe("audit/refused.jsonl")
    let child = try service.sync(scratch)
    #expect(try child.wait() == 74)
    #expect(child.errors.contains("refused.jsonl"), "\(child.errors)")
    // Somebody who reads it gets nothing either.
    let reader = unsafe open("\(scratch.state)/audit/refused.jsonl", O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    #expect(try service.sync(scratch).wait() == 74)
    var byte: UInt8 = 0
    #expect(unsafe read(reader, &byte, 1) == 0)

    try service.clear()
    #expect(try service.sync(scratch).wait() == 0)
    #expect(try service.ids() == ids)
    try plantPipe("audit/removed.jsonl")
    let more = try Segments.write(1, in: scratch)
    let later = try service.sync(scratch, ["--once", "--retention", "0"])
    #expect(try later.wait() == 74)
    #expect(try later.errors.contains("removed.jsonl") && scratch.audit.segments().count == 2, "\(later.errors)")
    #expect(try service.ids() == ids + more)
  }

  @Test func `what is no file in the place of a segment is not read, as a device would never end`() throws {
    try Segments.write(1, in: scratch)
    try plantPipe("audit/audit-x.jsonl")
    let verdict = try control(["audit", "verify"])
    #expect(verdict.status == 1 && verdict.output.contains("audit-x.jsonl`: Invalid argument"), "\(verdict)")
  }

  // MARK: Locks

  private static let withoutLocks = ["python3", "\(Project.root)/Testdata/hostile/no_locks.py"]
  private static var mayForbidLocks: Bool {
    guard let scratch = try? Scratch() else { return false }
    return (try? Child(withoutLocks + ["true"], in: scratch).wait()) == 0
  }

  @Test(.enabled(if: mayForbidLocks))
  func `where no file can be locked nobody is taken for a process that syncs`() throws {
    let service = try StandIn(in: scratch)
    #expect(try service.sync(scratch).wait() == 0)
    let words = [Project.control, "status", "--format", "json", "--state-dir", scratch.state]
    let status = try Child(Self.withoutLocks + words, in: scratch)
    try status.wait()
    #expect(status.output.contains(#""alive":false"#), "\(status.output)\(status.errors)")
  }

  @Test func `who waits for a lock can be asked to end`() throws {
    let service = try StandIn(in: scratch)
    #expect(try service.sync(scratch).wait() == 0)
    let lock = unsafe open(CacheLayout.cacheLock(in: scratch.state), O_RDWR | O_CLOEXEC)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
    let child = try service.sync(scratch, [])
    try Patience.until { SyncLock.isHeld(stateDirectory: scratch.state) }
    child.stop(SIGTERM)
    #expect(try child.wait() == 0)
  }

  @Test func `a lock that is never given back is given up`() throws {
    let path = scratch.path + "/lock"
    let held = try FileLock(path, limit: .seconds(1))
    func second(_ limit: Duration, _ shouldStop: Bool) -> Int32? {
      do throws(SystemError) {
        _ = try FileLock(path, limit: limit) { shouldStop }
        return nil
      } catch {
        return error.number
      }
    }
    #expect(second(.milliseconds(20), false) == ETIMEDOUT)
    #expect(second(.seconds(60), true) == ECANCELED)
    _ = consume held
    // Another test's child may hold a copy of the descriptor until its exec.
    #expect(second(.seconds(60), false) == nil)
  }

  // MARK: Numbers and texts

  @Test func `advice about a file that can't be read does not speak of writing`() {
    let description = StateError("read", "/state/key", EACCES).description
    #expect(description.contains("can't read `/state/key`: Permission denied; make it accessible to you"))
  }

  @Test func `times of long ago and steering texts do no harm to who asks for the status`() throws {
    let scope = "26b6ee46201979bc"
    let least = Int64.min
    try plant(
      #"{"scope":"\#(scope)","base_url":"u\u001b[2J","pulled_at":\#(least),"#
        + #""last_error":{"at":\#(least),"message":"m\u001b[2J"},"service":{"last_at":\#(least)}}"#, "sync-state.json")
    try plant(
      #"{"confirmed_at":\#(least),"pulled_at":\#(least),"created_at":\#(least),"#
        + #""fault":{"code":"c\u001b[2J","message":"f\u001b[2J"}}"#, "cache/\(scope)/current.json")
    let policy = try #require(try scratch.cached())
    #expect(policy.confirmedAt == 0 && policy.pulledAt == 0 && policy.createdAt == 0)
    let report = try control(["status"])
    #expect(report.status == 1 && report.output.contains(#"m\u{1b}[2J"#), "\(report)")
    #expect(!report.output.utf8.contains(0x1b))
    #expect(try control(["status", "--format", "json"]).status == 1)
  }

  @Test func `rows and names that somebody made up do not end or steer the commands`() throws {
    let name = "audit-\u{1b}[2J.jsonl"
    let row = #"{"event":"outcome","duration_ns":\#(Int64.max),"bytes":\#(Int64.max)}"#
    try plant(row + "\n", "audit/\(name)")
    let tail = try control(["audit", "tail"])
    #expect(tail.status == 0 && tail.output.contains("bytes"), "\(tail)")
    #expect(try control(["audit", "tail", "-n", "\(Int.max)"]).status == 64)
    let verdict = try control(["audit", "verify"])
    #expect(verdict.status == 1 && verdict.output.contains(#"audit-\u{1b}[2J.jsonl"#))
    #expect(!verdict.output.utf8.contains(0x1b))

    let touch = try Child(["touch", "-d", "@\(Int64.min)", scratch.audit.path(of: name)], in: scratch)
    #expect(try touch.wait() == 0)
    #expect(scratch.audit.status(of: name)?.modifiedAt == 0)
  }
}
