import Foundation
import Testing

/// Processes that are killed or stopped, disks that are full, descriptors that are used up: at every step.
@Suite(.serialized) struct FaultTests {
  /// The child processes of a process.
  private static func children(of process: Int32) -> [Int32] {
    let list = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
    return list?.split(separator: " ").compactMap { Int32($0) } ?? []
  }

  private static func isAlive(_ process: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return !status.contains(") Z ")
  }

  /// Waits, with a bound, until a process is gone or a zombie.
  private static func isGone(_ process: Int32) -> Bool {
    let until = Date() + RunningProcess.patience
    while Date() < until {
      if !isAlive(process) { return true }
      usleep(5000)
    }
    return false
  }

  private enum Who: CaseIterable { case proxy, guardian, server }

  /// A session that has made one call, and its three processes.
  private static func running(
    _ server: [String] = [], options: [String] = []
  ) throws -> (session: ScriptedSession, ids: [Who: Int32]) {
    let session = try ScriptedSession(options: options, server: server)
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    let guardian = try #require(children(of: session.process.id).first)
    let server = try #require(children(of: guardian).first)
    return (session, [.proxy: session.process.id, .guardian: guardian, .server: server])
  }

  private static let stubborn = ["--ignore-eof", "--ignore-term"]

  @Test(arguments: [[], stubborn])
  func `the proxy is killed: nothing is left, and the records are whole`(server: [String]) throws {
    let (session, ids) = try Self.running(server)
    kill(ids[.proxy] ?? 0, SIGKILL)
    #expect(try session.process.wait() == 128 + SIGKILL)
    #expect(Self.isGone(ids[.server] ?? 0) && Self.isGone(ids[.guardian] ?? 0))
    let verified = try RunningProcess([Project.czproxy, "audit", "verify", "--state-dir", session.scratch.state])
    _ = try verified.wait()
    #expect(!verified.output.text.contains("broken"))
    #expect(try session.scratch.rows().contains { $0["event"] as? String == "outcome" })
  }

  @Test func `the proxy is killed while a call is under way: its decision is on record`() throws {
    let (session, ids) = try Self.running()
    kill(ids[.server] ?? 0, SIGSTOP)
    session.process.send(session.call(2, "echo"))
    while try session.scratch.rows().filter({ $0["event"] as? String == "decision" }).count < 2 {}
    kill(ids[.proxy] ?? 0, SIGKILL)
    #expect(try session.process.wait() == 128 + SIGKILL)
    #expect(Self.isGone(ids[.server] ?? 0) && Self.isGone(ids[.guardian] ?? 0))
  }

  @Test func `the server is killed while a call is under way: the host hears the end, and its status is ours`() throws {
    let (session, ids) = try Self.running()
    kill(ids[.server] ?? 0, SIGSTOP)
    session.process.send(session.call(2, "echo"))
    kill(ids[.server] ?? 0, SIGKILL)
    #expect(try session.process.wait() == 128 + SIGKILL)
    #expect(try session.scratch.rows().last?["event"] as? String == "session_end")
  }

  @Test func `the guardian is killed: we say so and end`() throws {
    let (session, ids) = try Self.running()
    kill(ids[.guardian] ?? 0, SIGKILL)
    #expect(try session.process.wait() == 70)
    try session.process.report(containing: "guardian")
    #expect(Self.isGone(ids[.server] ?? 0))
    #expect(try session.scratch.rows().last?["reason"] as? String == "the guardian process is gone")
  }

  @Test func `proxy and guardian are killed at once: a server that ignores everything ends too`() throws {
    let (session, ids) = try Self.running(Self.stubborn)
    // Both are stopped first, so that neither has time to clean up once the other is dead.
    for who in [Who.guardian, .proxy] { kill(ids[who] ?? 0, SIGSTOP) }
    for who in [Who.guardian, .proxy] { kill(ids[who] ?? 0, SIGKILL) }
    #expect(try session.process.wait() == 128 + SIGKILL)
    #expect(Self.isGone(ids[.server] ?? 0))
  }

  @Test func `the guardian is killed: a server that ignores the end of its input ends too`() throws {
    let (session, ids) = try Self.running(Self.stubborn)
    let server = ids[.server] ?? 0
    kill(ids[.guardian] ?? 0, SIGKILL)
    try session.process.report(containing: "guardian")
    #expect(Self.isGone(session.process.id))
    #expect(try session.process.wait() == 70)
    #expect(Self.isGone(server))
  }

  /// Starts the rest of the command line where no end of a child is told.
  private static let childless = [
    "python3", "-c",
    "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])",
  ]

  @Test(arguments: [[], childless])
  func `the guardian is killed: what stands beneath a wrapper ends too`(launcher: [String]) throws {
    let marker = "marker-\(UUID().uuidString)"
    let session = try ScriptedSession(
      server: Self.stubborn + ["--marker", marker], wrapper: ["sh", "-c", "\"$@\"; true", "sh"], launcher: launcher)
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    kill(try #require(Self.children(of: session.process.id).first), SIGKILL)
    #expect(try session.process.wait() == 70)
    #expect(RunningProcess.areGone(marker))
  }

  @Test(arguments: [SIGUSR1, SIGALRM, SIGXCPU])
  func `a signal to the whole process group, whatever it is, leaves nobody beneath a wrapper`(signal: Int32) throws {
    let marker = "marker-\(UUID().uuidString)"
    let wrapper = ["sh", "-c", "trap '' USR1 ALRM XCPU; \"$@\"; true", "sh"]
    let session = try ScriptedSession(
      server: Self.stubborn + ["--marker", marker], wrapper: wrapper, launcher: ["setsid"])
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    kill(-session.process.id, signal)
    #expect(try session.process.wait() == 128 + signal)
    #expect(RunningProcess.areGone(marker))
  }

  @Test func `the guardian is killed: what a shell started before it became us goes on`() throws {
    let scratch = try Scratch()
    // It must not hold our pipes, whose end is waited for.
    let shell = "sleep 3600 <&- >&- 2>&- & echo $! > \(scratch.path)/stranger"
    let session = try ScriptedSession(server: Self.stubborn, shell: shell)
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    let stranger = try #require(Int32(String(decoding: scratch.read("stranger").dropLast(), as: UTF8.self)))
    defer { kill(stranger, SIGKILL) }
    for child in Self.children(of: session.process.id) where child != stranger { kill(child, SIGKILL) }
    #expect(try session.process.wait() == 70)
    #expect(Self.isAlive(stranger))
  }

  @Test(arguments: [SIGTERM, 0])
  func `the guardian is stopped: leaving and signals end everything all the same`(signal: Int32) throws {
    let (session, ids) = try Self.running(Self.stubborn)
    kill(ids[.guardian] ?? 0, SIGSTOP)
    if signal == 0 { session.process.closeInput() } else { session.process.send(signal: signal) }
    #expect(Self.isGone(session.process.id) && Self.isGone(ids[.server] ?? 0))
    #expect(try session.process.wait() == (signal == 0 ? 128 + SIGKILL : 128 + signal))
  }

  @Test func `the guardian is stopped and the proxy is killed: nothing is left`() throws {
    let (session, ids) = try Self.running(Self.stubborn)
    kill(ids[.guardian] ?? 0, SIGSTOP)
    kill(ids[.proxy] ?? 0, SIGKILL)
    #expect(try session.process.wait() == 128 + SIGKILL)
    #expect(Self.isGone(ids[.server] ?? 0) && Self.isGone(ids[.guardian] ?? 0))
  }

  @Test(arguments: [SIGTERM, SIGINT, 0])
  func `the server is stopped: leaving and signals end it all the same`(signal: Int32) throws {
    let (session, ids) = try Self.running(Self.stubborn)
    kill(ids[.server] ?? 0, SIGSTOP)
    if signal == 0 { session.process.closeInput() } else { session.process.send(signal: signal) }
    #expect(try session.process.wait() == (signal == 0 ? 128 + SIGKILL : 128 + signal))
    #expect(Self.isGone(ids[.server] ?? 0))
  }

  @Test(.enabled(if: mayMount))
  func `where /proc lists the processes of another namespace the server is asked to end all the same`() throws {
    let launcher = ["unshare", "--pid", "--fork", "sh", "-c", "\"$@\"; exit $?", "sh"]
    let session = try ScriptedSession(server: ["--ignore-eof"], launcher: launcher)
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    #expect(try session.end() == 128 + SIGTERM)
  }

  @Test(.enabled(if: mayMount)) func `a command that is the first process of a container is ended by a signal`() throws
  {
    let script = "import sys, time; print('it runs', file=sys.stderr, flush=True); time.sleep(3600)"
    let process = try RunningProcess(
      ["unshare", "--pid", "--fork", "--mount-proc", Project.czproxy, "call", "--", "python3", "-c", script])
    try process.report(containing: "it runs")
    kill(try #require(Self.children(of: process.id).first), SIGTERM)
    #expect(try process.wait() == 128 + SIGTERM)
  }

  @Test func `the proxy is stopped and goes on: nothing is lost`() throws {
    let (session, ids) = try Self.running()
    kill(ids[.proxy] ?? 0, SIGSTOP)
    for id in 2...40 { session.process.send(session.call(id, "echo")) }
    kill(ids[.proxy] ?? 0, SIGCONT)
    for id in 2...40 { #expect(try json(session.process.line())["id"] as? Int == id) }
    #expect(try session.end() == 0)
  }

  @Test func `the server is stopped and goes on: nothing is lost`() throws {
    let (session, ids) = try Self.running()
    kill(ids[.server] ?? 0, SIGSTOP)
    let text = String(repeating: "x", count: 100_000)
    session.process.sendInBackground(
      Data((2...40).map { session.call($0, "echo", #"{"a":"\#(text)"}"#) + "\n" }.joined().utf8))
    kill(ids[.server] ?? 0, SIGCONT)
    for id in 2...40 { #expect(try json(session.process.line())["id"] as? Int == id) }
    #expect(try session.end() == 0)
  }

  // MARK: Disk and descriptors

  private static var mayMount: Bool {
    guard geteuid() == 0, let scratch = try? Scratch(), let disk = try? SmallDisk(scratch) else { return false }
    disk.unmount()
    return true
  }

  /// A file system of 200 KB.
  private struct SmallDisk {
    let path: String

    init(_ scratch: Scratch) throws {
      path = "\(scratch.path)/disk"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let mount = try RunningProcess(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", path])
      guard try mount.wait() == 0 else { throw CocoaError(.fileWriteOutOfSpace) }
    }

    func unmount() { _ = try? RunningProcess(["umount", "-l", path]).wait() }
  }

  @Test(.enabled(if: mayMount)) func `a full disk denies, and once there is room calls go on`() throws {
    let scratch = try Scratch()
    let disk = try SmallDisk(scratch)
    defer { disk.unmount() }
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", "\(disk.path)/state", "--"]
        + Project.scriptedServer)
    func call(_ id: Int) throws -> Bool {
      process.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"echo"}}"#)
      let answer = try json(process.line())
      #expect(answer["id"] as? Int == id)
      return value(answer, "result", "isError") as? Bool != true
    }
    let filler = try scratch.file("disk/filler", String(repeating: "x", count: 100_000))
    var id = 0
    repeat { id += 1 } while try call(id)
    #expect(id > 10)
    #expect(try !call(id + 1))
    try process.report(containing: "free some space")
    try FileManager.default.removeItem(atPath: filler)
    #expect(try call(id + 2))
    process.closeInput()
    #expect(try process.wait() == 0)
    let verify = try RunningProcess([Project.czproxy, "audit", "verify", "--state-dir", "\(disk.path)/state"])
    #expect(try verify.wait() == 0, "\(verify.output.text)\(verify.errors.text)")
  }

  @Test(.enabled(if: mayMount)) func `a disk that is full from the start gets no segment for each call`() throws {
    let scratch = try Scratch()
    let disk = try SmallDisk(scratch)
    defer { disk.unmount() }
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let filler = "\(disk.path)/filler"
    // Fills the disk completely.
    try RunningProcess(["dd", "if=/dev/zero", "of=\(filler)", "bs=4096", "status=none"]).wait()
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", "\(disk.path)/state", "--"]
        + Project.scriptedServer)
    func call(_ id: Int) throws -> String {
      process.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"echo"}}"#)
      return try process.line()
    }
    for id in 1...20 { #expect(try call(id).contains("AUDIT_UNAVAILABLE")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(disk.path)/state/audit").isEmpty)
    try FileManager.default.removeItem(atPath: filler)
    #expect(try !call(21).contains("AUDIT_UNAVAILABLE"))
    process.closeInput()
    #expect(try process.wait() == 0)
    let verify = try RunningProcess([Project.czproxy, "audit", "verify", "--state-dir", "\(disk.path)/state"])
    #expect(try verify.wait() == 0, "\(verify.output.text)\(verify.errors.text)")
  }

  @Test func `where the other segments can't be listed no segment says that there are none`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let audit = "\(scratch.state)/audit"
    try FileManager.default.createDirectory(atPath: audit, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o300], ofItemAtPath: audit)
    // Permissions count for root too if root may not override them.
    let common = geteuid() == 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []
    let process = try RunningProcess(
      common + [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--"]
        + Project.scriptedServer)
    process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#)
    #expect(try process.line().contains("AUDIT_UNAVAILABLE"))
    try process.report(containing: "can't read `\(audit)`: Permission denied")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: audit)
    process.send(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo"}}"#)
    #expect(try !process.line().contains("AUDIT_UNAVAILABLE"))
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  @Test(.enabled(if: mayMount)) func `calls that come together go as far as they are on record`() throws {
    let scratch = try Scratch()
    let disk = try SmallDisk(scratch)
    defer { disk.unmount() }
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", "\(disk.path)/state", "--"]
        + Project.scriptedServer + ["--record", "\(scratch.path)/received"])
    let ids = 1...1000
    process.send(
      ids.map { #"{"jsonrpc":"2.0","id":\#($0),"method":"tools/call","params":{"name":"echo"}}"# }
        .joined(separator: "\n"))
    var answered = Set<Int>()
    for _ in ids { answered.insert(try #require(try json(process.line())["id"] as? Int)) }
    #expect(answered == Set(ids))
    process.closeInput()
    #expect(try process.wait() == 0)

    let received = Set(
      try String(decoding: scratch.read("received"), as: UTF8.self).split(separator: "\n").compactMap {
        try json(String($0))["id"] as? Int
      })
    let rows = try scratch.rows(in: "\(disk.path)/state").filter { $0["event"] as? String == "decision" }
    #expect(Set(rows.compactMap { Int($0["request_id"] as? String ?? "") }) == received)
    #expect(received.count > 10 && received.count < ids.count)
  }

  @Test func `where no file may grow calls are denied, and nobody is killed by a signal`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let process = try RunningProcess(
      [
        "bash", "-c", "ulimit -f 0; exec \"$@\"", "bash", Project.czproxy, "run", "--server", "s", "--policy", policy,
        "--state-dir", scratch.state, "--",
      ] + Project.scriptedServer)
    process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#)
    #expect(try process.line().contains("AUDIT_UNAVAILABLE"))
    process.closeInput()
    #expect(try process.wait() == 0)
  }

  @Test func `standard output that has no room is an error that is told, and no success`() throws {
    let session = try ScriptedSession(shell: "exec >/dev/full")
    session.process.send(session.call(1, "echo"))
    session.process.closeInput()
    #expect(try session.process.wait() == 74)
    #expect(session.process.errors.text.contains("standard output can't be written: No space left on device"))
    #expect(try (session.scratch.rows().last?["reason"] as? String)?.contains("No space left") == true)
  }

  @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
  func `started without standard descriptors it relays what is left, and ends`(closed: String) throws {
    let session = try ScriptedSession(shell: "exec \(closed)")
    session.process.send(session.call(1, "echo"))
    session.process.closeInput()
    #expect(try session.process.wait() == 0)
    let hasInput = !closed.hasPrefix("<")
    #expect(session.received.isEmpty != hasInput)
    #expect(session.process.output.text.contains(#""id": 1"#) == (closed == "2>&-"))
    #expect(try session.scratch.rows().last?["event"] as? String == "session_end")
  }

  @Test(arguments: 3...24)
  func `with too few descriptors it starts and works, or says what is missing`(limit: Int) throws {
    let session = try ScriptedSession(shell: "ulimit -n \(limit)")
    session.process.send(session.call(1, "echo"))
    session.process.closeInput()
    let status = try session.process.wait()
    // The process does not die of a signal, and says what is wrong.
    #expect(status < 128, "\(session.process.errors.text)")
    if session.process.output.data.isEmpty {
      #expect(status != 0 && !session.process.errors.text.isEmpty)
    } else {
      #expect(try json(session.process.output.text)["id"] as? Int == 1)
    }
  }

  /// Starts the rest of the command line where no file can be locked.
  private static let withoutLocks = ["python3", "\(Project.root)/Testdata/hostile/no_locks.py"]
  private static var mayForbidLocks: Bool { (try? RunningProcess(withoutLocks + ["true"]).wait()) == 0 }

  @Test(.enabled(if: mayForbidLocks)) func `where no file can be locked a session that has ended is not open`() throws {
    let session = try ScriptedSession(launcher: Self.withoutLocks)
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    #expect(try session.end() == 0)
    let words = [Project.czproxy, "audit", "verify", "--state-dir", session.scratch.state]
    let verify = try RunningProcess(Self.withoutLocks + words)
    #expect(try verify.wait() == 0)
    #expect(verify.output.text.hasSuffix(": 4 rows, closed\n"), "\(verify.output.text)")
  }

  // MARK: Over and over

  @Test func `three hundred starts and ends leave no process behind`() throws {
    let marker = "marker-\(UUID().uuidString)"
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    for number in 0..<300 {
      let process = try RunningProcess(
        [
          Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--", "sh", "-c",
          "while read -r line; do echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}'; done # \(marker)",
        ])
      process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#)
      _ = try process.line()
      switch number % 3 {
      case 0:
        process.closeInput()
        #expect(try process.wait() == 0)
      case 1:
        process.send(signal: SIGTERM)
        #expect(try process.wait() == 128 + SIGTERM)
      default:
        process.send(signal: SIGKILL)
        try process.wait()
      }
    }
    #expect(RunningProcess.areGone(marker))
  }

  @Test func `thousands of calls and fifty policies later it holds the descriptors that it held`() throws {
    let (session, ids) = try Self.running()
    let proxy = ids[.proxy] ?? 0
    func descriptors() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(proxy)/fd").count
    }
    let before = try descriptors()
    for round in 1...50 {
      _ = try session.scratch.file("policy.yaml", ScriptedSession.policy + "\n# \(round)")
      for id in 0..<60 { session.process.send(session.call(round * 100 + id, id % 3 == 0 ? "forbidden" : "echo")) }
      for _ in 0..<60 { _ = try session.process.line() }
    }
    #expect(try descriptors() == before)
    #expect(try session.end() == 0)
    #expect(try session.scratch.rows().contains { $0["event"] as? String == "policy_change" })
  }

  @Test func `a host that reads a few bytes at a time gets every one`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    // `dd` reads the first part one byte at a time. The input ends once the line was read, since opening a FIFO waits
    // for the other side.
    let read = "\(scratch.path)/read"
    let line =
      ##"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"big","arguments":{"bytes":3000000}}}"##
    let process = try RunningProcess(
      [
        "sh", "-c",
        "mkfifo '\(read)'; (printf '%s\\n' \"$0\"; : < '\(read)') | \"$@\" | "
          + "(dd bs=1 count=100000 status=none; head -n 1; : > '\(read)'; cat) | cksum",
        line, Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--",
      ] + Project.scriptedServer)
    let direct = try RunningProcess(
      ["sh", "-c", "printf '%s\\n' \"$0\" | \"$@\" | cksum", line] + Project.scriptedServer)
    try process.wait()
    try direct.wait()
    #expect(process.output.text == direct.output.text)
    #expect(process.output.text.contains(" 30000"))
  }
}
