import Audit
import Foundation
import State
import Testing
import Wire

@testable import ControlPlane

/// Where things are.
enum Project {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  /// The executables that were built for release; another directory by CZPROXY_BIN_DIR.
  static let control =
    (ProcessInfo.processInfo.environment["CZPROXY_BIN_DIR"] ?? "\(root)/.build/release") + "/czproxy-ctl"
  static func bundle(_ name: String) -> String { "\(root)/Testdata/bundle/\(name).czpolicy" }
  static let keys = "\(root)/Testdata/bundle/keys.json"
  static let python = "\(root)/.venvs/controlzero/bin/python"
  static let apiKey = "cz_test_" + String(repeating: "a", count: 64)
  static let otherKey = "cz_test_" + String(repeating: "b", count: 64)

  static func read(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
}

/// A directory that is removed after the test.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "czproxy-sync-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var state: String { "\(path)/state" }
  var audit: AuditDirectory { AuditDirectory(stateDirectory: state) }

  func file(_ name: String, _ content: String) throws -> String {
    try content.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    return "\(path)/\(name)"
  }

  func text(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data(), as: UTF8.self)
  }

  /// The API key in a file.
  func keyFile(_ key: String = Project.apiKey) throws -> String { try file("key", key + "\n") }

  /// The state that `czproxy sync` left.
  func syncState() throws -> SyncState { try #require(try SyncState(stateDirectory: state)) }

  func cached(_ key: String = Project.apiKey) throws -> CachedPolicy? {
    try CachedPolicy(CacheLayout(stateDirectory: state, scope: try APIKey(key.utf8).scope))
  }
}

/// Segments as a relay writes them.
enum Segments {
  /// Writes a segment of a relay that has ended: `calls` decisions with an outcome each. Gives the decisions' ids.
  @discardableResult
  static func write(_ calls: Int, in scratch: Scratch, method: (Int) -> String = { "m\($0)" }) throws -> [String] {
    var segment = try open(in: scratch)
    let ids = try append(calls, to: &segment, method: method)
    try segment.append(AuditRecord(at: time(9), decision: "audit", event: "session_end"))
    age(segment.name, in: scratch)
    return ids
  }

  /// Ends the life of a relay.
  static func close(_ segment: consuming AuditSegment) throws {
    try segment.append(AuditRecord(at: time(9), decision: "audit", event: "session_end"))
  }

  static func open(in scratch: Scratch) throws -> AuditSegment {
    try AuditSegment.create(in: scratch.state, at: time(0), processID: getpid()) { $0.string("server", "s") }
  }

  @discardableResult
  static func append(
    _ calls: Int, to segment: inout AuditSegment, method: (Int) -> String = { "m\($0)" }
  ) throws -> [String] {
    var ids: [String] = []
    for call in 0..<calls {
      var row = AuditRecord(at: time(call), decision: call % 3 == 2 ? "deny" : "allow", event: "decision")
      for (key, value) in decisionTexts { row.string(key, value) }
      row.string("method", method(call))
      row.string("request_id", "\(call)")
      ids.append(try #require(id(of: row)))
      try segment.append(row)
      var outcome = AuditRecord(at: time(call), decision: "audit", event: "outcome")
      outcome.string("tool", "s")
      outcome.string("method", method(call))
      outcome.boolean("is_error", false)
      try segment.append(outcome)
    }
    return ids
  }

  private static let decisionTexts: [(StaticString, String)] = [
    ("tool", "s"), ("policy_id", "rule-0"), ("reason", "because"), ("reason_code", "RULE_MATCH"),
    ("args_hash", "sha256:00"), ("policy_source", "hosted"), ("project_id", "prj_fixture"), ("subject", "s:m"),
  ]

  /// Makes a segment look a minute old: the writer of a younger one is taken to be possibly alive.
  static func age(_ name: String, in scratch: Scratch, seconds: Double = 60) {
    let date = Date(timeIntervalSinceNow: -seconds)
    try? FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: scratch.audit.path(of: name))
  }

  static func time(_ second: Int) -> UTCTime { UTCTime(microseconds: Int64(1_700_000_000 + second) * 1_000_000) }

  /// The id is made with the row, so it is read from the row's text.
  private static func id(of row: AuditRecord) -> String? {
    var chain = HashChain(hash: String(repeating: "0", count: 64))
    let sealed = try? chain.seal(row)
    return sealed.flatMap { try? JSONDocument(parsing: $0.dropLast()[...]) }.flatMap { document in
      document.member("id", of: document.root).flatMap { document.string($0) }.map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }
}

/// A process whose output goes to files. Every wait has a bound; what is left at the end is killed.
final class Child {
  struct TimedOut: Error {}

  let id: Int32
  private let scratch: Scratch
  private let name: String
  private let input: Int32
  private var status: Int32?

  /// Children are started one at a time, so that none holds another one's pipe open.
  private static let spawning = NSLock()

  init(_ command: [String], environment: [String: String] = [:], in scratch: Scratch, name: String = UUID().uuidString)
    throws
  {
    _ = signal(SIGPIPE, SIG_IGN)
    self.scratch = scratch
    self.name = name
    Self.spawning.lock()
    defer { Self.spawning.unlock() }
    var ends: [Int32] = [-1, -1]
    unsafe pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "\(scratch.path)/\(name).out", flags, 0o600)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "\(scratch.path)/\(name).err", flags, 0o600)
    let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("C") || !$0.key.contains("_") }
    let variables = inherited.merging(environment) { $1 }.map { "\($0)=\($1)" }
    let words: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) } + [nil]
    let environment: [UnsafeMutablePointer<CChar>?] = unsafe variables.map { unsafe strdup($0) } + [nil]
    defer { unsafe (words + environment).forEach { unsafe free($0) } }
    var process: pid_t = 0
    let failed = unsafe posix_spawnp(&process, command[0], &actions, nil, words, environment)
    unsafe posix_spawn_file_actions_destroy(&actions)
    close(ends[0])
    guard failed == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failed) ?? .EIO) }
    id = process
    input = ends[1]
  }

  deinit {
    close(input)
    if poll() == nil {
      kill(id, SIGKILL)
      var status: Int32 = 0
      unsafe waitpid(id, &status, 0)
    }
  }

  private func poll() -> Int32? {
    if status == nil {
      var value: Int32 = 0
      if unsafe waitpid(id, &value, WNOHANG) == id { status = value }
    }
    return status
  }

  var output: String { scratch.text("\(name).out") }
  var errors: String { scratch.text("\(name).err") }

  /// The exit status; 128 and the signal where one ended the process.
  @discardableResult
  func wait() throws -> Int32 {
    try Patience.until { self.poll() != nil }
    let status = status ?? 0
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }

  var hasEnded: Bool { poll() != nil }

  func stop(_ signal: Int32) { kill(id, signal) }
}

/// Waits for a condition that must come true, with a bound far beyond what anything here takes.
enum Patience {
  static func until(_ isDone: () throws -> Bool) throws {
    let end = Date() + 90
    while try !isDone() {
      guard Date() < end else { throw Child.TimedOut() }
      usleep(5000)
    }
  }
}

/// The stand-in for the service, and what a test asks of it.
final class StandIn {
  let url: String
  private let process: Child
  private var http: HTTPClient

  init(
    bundle: String = "valid", in scratch: Scratch, certificate: (file: String, key: String)? = nil
  ) throws {
    var command = ["python3", "\(Project.root)/Testdata/services/control_zero.py"]
    command += ["--bundle", Project.bundle(bundle), "--keys", Project.keys, "--api-key", Project.apiKey]
    if let certificate { command += ["--certificate", certificate.file, "--private-key", certificate.key] }
    let process = try Child(command, in: scratch)
    try Patience.until { process.output.hasSuffix("\n") || process.hasEnded }
    let port = try #require(Int(process.output.dropLast()), "\(process.errors)")
    self.process = process
    url = (certificate == nil ? "http" : "https") + "://127.0.0.1:\(port)"
    var options = HTTPClient.Options()
    options.authorityFile = certificate?.file
    http = try HTTPClient(options)
  }

  func fault(_ json: String) throws { _ = try post("/_test/fault", json) }
  func clear() throws { try fault("{}") }
  func content(_ json: String) throws { _ = try post("/_test/content", json) }

  private func post(_ path: String, _ json: String) throws -> HTTPResponse {
    let response = try http.exchange(HTTPRequest(url: url + path, body: Array(json.utf8)))
    try #require(response.status == 200)
    return response
  }

  private func get(_ path: String) throws -> [String: Any] {
    let response = try http.exchange(HTTPRequest(url: url + path))
    return try #require(try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any])
  }

  func entries() throws -> [[String: Any]] { try #require(try get("/_test/entries")["entries"] as? [[String: Any]]) }
  func ids() throws -> [String] { try entries().map { try #require($0["id"] as? String) } }
  func batches() throws -> [Int] { try #require(try get("/_test/entries")["batches"] as? [Int]) }
  func logs() throws -> [[String: Any]] { try #require(try get("/_test/entries")["logs"] as? [[String: Any]]) }
  func alerts() throws -> [[String: Any]] { try #require(try get("/_test/entries")["alerts"] as? [[String: Any]]) }
  func requests(_ path: String) throws -> [[String: Any]] {
    try #require(try get("/_test/requests")["requests"] as? [[String: Any]]).filter { $0["path"] as? String == path }
  }

  /// Starts `czproxy sync` for it.
  func sync(_ scratch: Scratch, _ options: [String] = ["--once"], key: String = Project.apiKey) throws -> Child {
    let common = ["--state-dir", scratch.state, "--api-key-file", try scratch.keyFile(key), "--base-url", url]
    return try Child([Project.control, "sync"] + common + options, in: scratch)
  }
}
