import Foundation
import State
import Testing

@testable import ControlPlane

/// The decision table of a policy pull, without a network.
@Suite struct RefreshTests {
  /// Gives its answers in turn, and fails the test if asked for more.
  private struct Script: PolicyService {
    var bootstraps: [Result<ProjectKeys, ControlPlaneError>] = []
    var pulls: [PullOutcome] = []
    var etags: [String?] = []

    mutating func bootstrap() throws(ControlPlaneError) -> ProjectKeys {
      guard !bootstraps.isEmpty else {
        Issue.record("a bootstrap too many")
        throw ControlPlaneError(.unusable, "")
      }
      return try bootstraps.removeFirst().get()
    }

    mutating func pull(etag: String?) -> PullOutcome {
      etags.append(etag)
      guard !pulls.isEmpty else {
        Issue.record("a pull too many")
        return .notModified
      }
      return pulls.removeFirst()
    }
  }

  private static func keys(_ name: String) throws -> ProjectKeys {
    try ProjectKeys(
      json: Array(#"{"project_id":"\#(name)","project_encryption_key_b64":"a","signing_pubkey_hex":"ab"}"#.utf8))
  }

  /// A "bundle" is a name, that of the keys that it verifies with, and a time.
  private static func bundle(_ name: String, _ time: Int64 = 100) -> [UInt8] { Array("\(name) \(time)".utf8) }

  private let refresh = PolicyRefresh { (blob, keys) throws(ControlPlaneError) in
    let words = String(decoding: blob, as: UTF8.self).split(separator: " ")
    guard words.count == 2, words[0] == keys.projectID, let time = Int64(words[1]) else {
      throw ControlPlaneError(.bundleRefused, "it does not verify")
    }
    return BundleFacts(createdAt: time)
  }

  private let scratch: Scratch
  private let layout: CacheLayout
  private let old: ProjectKeys
  private let new: ProjectKeys
  private let rejected = ControlPlaneError(.keyRejected, "no", status: 401)
  private let away = ControlPlaneError(.unreachable, "away")

  init() throws {
    scratch = try Scratch()
    layout = CacheLayout(stateDirectory: scratch.state, scope: "0123456789abcdef")
    old = try Self.keys("old")
    new = try Self.keys("new")
  }

  /// Runs a pull against the answers, on a cache that is read anew.
  private func run(
    _ pulls: [PullOutcome], bootstraps: [Result<ProjectKeys, ControlPlaneError>] = [], etag: String?? = nil,
    at now: Int64 = 1000
  ) throws -> PolicyRefresh.Outcome {
    try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
    var service = Script(bootstraps: bootstraps, pulls: pulls)
    var cache = try PolicyCache(layout)
    let outcome = try refresh.run(&service, &cache, now: now)
    #expect(service.pulls.isEmpty && service.bootstraps.isEmpty, "not all was asked")
    if let etag { #expect(service.etags == [etag]) }
    return outcome
  }

  /// What a starting process would load.
  private func loaded() throws -> (keys: [UInt8]?, bundle: [UInt8]?, fault: String?)? {
    try CachedPolicy.load(layout).map { ($0.keys.map(Self.bytes), $0.bundle, $0.policy.fault?.code) }
  }

  private static func bytes(_ secret: SharedSecret) -> [UInt8] { secret.withArray { Array($0[...]) } }

  private func fill() throws {
    #expect(try run([.bundle(Self.bundle("old"))], bootstraps: [.success(old)]) == .current(isNew: true))
  }

  // MARK: Without a cache

  @Test func `a good bundle is kept with its keys`() throws {
    try fill()
    let loaded = try #require(try loaded())
    #expect(loaded.bundle == Self.bundle("old") && loaded.keys == Self.bytes(old.json) && loaded.fault == nil)
    let policy = try #require(try CachedPolicy(layout))
    #expect(policy.pulledAt == 1000 && policy.confirmedAt == 1000 && policy.createdAt == 100)
    let names = try FileManager.default.contentsOfDirectory(atPath: layout.directory)
    #expect(names.count == 3)
    for name in names {
      let mode = try FileManager.default.attributesOfItem(atPath: "\(layout.directory)/\(name)")[.posixPermissions]
      #expect(mode as? Int == 0o600)
    }
    let mode = try FileManager.default.attributesOfItem(atPath: layout.directory)[.posixPermissions]
    #expect(mode as? Int == 0o700)
  }

  @Test func `without a cache nothing is left when the service gives nothing`() throws {
    #expect(try run([], bootstraps: [.failure(away)]) == .none(away))
    #expect(try run([], bootstraps: [.failure(rejected)]) == .none(rejected))
    #expect(try run([.failed(away)], bootstraps: [.success(old)]) == .none(away))
    // The keys are kept, so that they are not asked for again.
    #expect(try run([.failed(away)]) == .none(away))
    guard case .none(let error) = try run([.notModified], etag: .some(nil)) else {
      Issue.record("a bundle that nobody has is not current")
      return
    }
    #expect(error.code == .unusable)
  }

  @Test(arguments: ["", "junk", "other 5"])
  func `what does not verify is never kept`(text: String) throws {
    let outcome = try run([.bundle(Array(text.utf8))], bootstraps: [.success(old), .success(old)])
    #expect(outcome.failure?.code == .bundleRefused)
    #expect(try loaded()?.bundle == nil)
    #expect(try loaded()?.fault == "E1203")
  }

  // MARK: With a cache

  @Test func `304 confirms what is cached`() throws {
    try fill()
    let digest = try #require(try CachedPolicy(layout)?.bundleDigest)
    #expect(try run([.notModified], etag: digest, at: 2000) == .current(isNew: false))
    let policy = try #require(try CachedPolicy(layout))
    #expect(policy.confirmedAt == 2000 && policy.pulledAt == 1000)
  }

  @Test func `a newer bundle takes the place of the cached one`() throws {
    try fill()
    #expect(try run([.bundle(Self.bundle("old", 101))]) == .current(isNew: true))
    #expect(try loaded()?.bundle == Self.bundle("old", 101))
    #expect(try FileManager.default.contentsOfDirectory(atPath: layout.directory).count == 3)
  }

  @Test func `an older bundle does not`() throws {
    try fill()
    guard case .cached(let error) = try run([.bundle(Self.bundle("old", 99))]) else {
      Issue.record("it is taken")
      return
    }
    #expect(error.code == .bundleRefused)
    #expect(try loaded()?.bundle == Self.bundle("old") && loaded()?.fault == nil)
  }

  @Test func `the cache holds while the service is away`() throws {
    try fill()
    #expect(try run([.failed(away)]) == .cached(away))
    #expect(try loaded()?.fault == nil)
  }

  @Test func `a rejected key does not fall back to the cache, until it is accepted again`() throws {
    try fill()
    #expect(try run([.failed(rejected)]) == .none(rejected))
    #expect(try loaded()?.fault == "E1101")
    // Nor does it once the service is away.
    #expect(try run([.failed(away)]) == .none(away))
    #expect(try loaded()?.fault == "E1101")
    #expect(try run([.notModified]) == .current(isNew: false))
    #expect(try loaded()?.fault == nil)
  }

  @Test func `new keys are fetched once, and go with the new bundle`() throws {
    try fill()
    #expect(try run([.bundle(Self.bundle("new"))], bootstraps: [.success(new)]) == .current(isNew: true))
    #expect(try loaded()?.keys == Self.bytes(new.json) && loaded()?.bundle == Self.bundle("new"))
    // The cached bundle verifies with the keys that changed meanwhile.
    #expect(try run([.notModified]) == .current(isNew: false))
  }

  @Test func `junk neither takes the place of the cached bundle nor falls back to it`() throws {
    try fill()
    let outcome = try run([.bundle(Array("junk".utf8))], bootstraps: [.success(new)])
    #expect(outcome.failure?.code == .bundleRefused)
    // The old pair still belongs together: a running relay keeps it, and one that starts sees the fault.
    #expect(
      try loaded()?.keys == Self.bytes(old.json) && loaded()?.bundle == Self.bundle("old") && loaded()?.fault == "E1203"
    )
    #expect(try run([.bundle(Self.bundle("old"))]) == .current(isNew: false))
    #expect(try loaded()?.fault == nil)
  }

  @Test func `a cached bundle that was damaged is pulled anew`() throws {
    try fill()
    let policy = try #require(try CachedPolicy(layout))
    let path = layout.bundle(try #require(policy.bundleDigest))
    try Data("old 999".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try run([.bundle(Self.bundle("old"))], etag: .some(nil)) == .current(isNew: true))
    #expect(try loaded()?.bundle == Self.bundle("old"))
  }

  @Test(arguments: ["", "{", "[]", #"{"bundle":"../../../etc/passwd","keys":"x"}"#, #"{"bundle":7}"#])
  func `a damaged index is an empty cache`(text: String) throws {
    try fill()
    try Data(text.utf8).write(to: URL(fileURLWithPath: layout.current))
    #expect(
      try run([.bundle(Self.bundle("old"))], bootstraps: [.success(old)], etag: .some(nil)) == .current(isNew: true))
  }

  @Test func `a cache that is removed while a process has it is filled anew`() throws {
    try fill()
    var cache = try PolicyCache(layout)
    try FileManager.default.removeItem(atPath: scratch.state + "/cache")
    var service = Script(bootstraps: [.success(old)], pulls: [.bundle(Self.bundle("old"))])
    #expect(try refresh.run(&service, &cache, now: 2000) == .current(isNew: true))
    #expect(service.etags == [nil])
    #expect(try loaded()?.bundle == Self.bundle("old"))
  }

  @Test func `what another process has cached is not undone by one that knows an older bundle`() throws {
    try fill()
    var cache = try PolicyCache(layout)
    #expect(try run([.bundle(Self.bundle("new", 101))], bootstraps: [.success(new)]) == .current(isNew: true))
    var service = Script(pulls: [.failed(rejected), .bundle(Self.bundle("new", 100))])
    #expect(try refresh.run(&service, &cache, now: 2000) == .none(rejected))
    #expect(try loaded()?.bundle == Self.bundle("new", 101))
    guard case .cached = try refresh.run(&service, &cache, now: 3000) else {
      Issue.record("an older bundle is taken")
      return
    }
    #expect(service.etags == Array(repeating: try CachedPolicy(layout)?.bundleDigest, count: 2))
  }

  @Test func `being asked to end while new keys are fetched is no fault of the cached bundle`() throws {
    try fill()
    let stopped = ControlPlaneError(.stopped, "it was given up")
    #expect(try run([.bundle(Self.bundle("new"))], bootstraps: [.failure(stopped)]) == .cached(stopped))
    #expect(try loaded()?.bundle == Self.bundle("old") && loaded()?.fault == nil)
  }

  /// What a process that dies between two steps leaves is the old pair or the new one.
  @Test func `readers never see keys and bundle that do not belong together`() throws {
    try fill()
    for step in 0..<20 {
      let (keys, name) = step.isMultiple(of: 2) ? (new, "new") : (old, "old")
      // A file that `current.json` does not name yet, as a killed process leaves it.
      try Data("half".utf8).write(to: URL(fileURLWithPath: layout.directory + "/\(step).czpolicy"))
      _ = try run([.bundle(Self.bundle(name, 200 + Int64(step)))], bootstraps: [.success(keys)])
      let loaded = try #require(try loaded())
      #expect(loaded.keys == Self.bytes(keys.json) && loaded.bundle == Self.bundle(name, 200 + Int64(step)))
      #expect(try FileManager.default.contentsOfDirectory(atPath: layout.directory).count == 3)
    }
  }
}
