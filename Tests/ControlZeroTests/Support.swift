import Bundle
import ControlZero
import Foundation
import Logging
import Testing

/// Where things are.
enum Project {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  static func bundle(_ name: String) -> String { "\(root)/Testdata/bundle/\(name).czpolicy" }
  static let keys = "\(root)/Testdata/bundle/keys.json"
  static let apiKey = "cz_test_" + String(repeating: "a", count: 64)
  static let scriptedServer = ["python3", "\(root)/Testdata/servers/scripted.py"]
  static func program(_ name: String, in environment: String) -> String {
    "\(root)/.venvs/\(environment)/bin/\(name)"
  }
  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

/// A directory that is removed after the test.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "controlzero-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var state: String { "\(path)/state" }

  func file(_ name: String, _ content: String) throws -> String {
    try content.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    return "\(path)/\(name)"
  }

  /// All rows of the audit segments, in order.
  func rows() throws -> [JSONValue] {
    let directory = "\(state)/audit"
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".jsonl") }
    return try names.filter { $0.hasPrefix("audit-") }.sorted().flatMap { name in
      try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8).split(separator: "\n")
        .map { try JSONValue(parsing: String($0)) }
    }
  }

  func rows(_ event: String) throws -> [JSONValue] { try rows().filter { $0["event"]?.string == event } }

  /// The configuration of a client with a plain policy.
  func configuration(_ policy: String, _ change: (inout ControlZeroConfiguration) -> Void = { _ in }) throws
    -> ControlZeroConfiguration
  {
    var configuration = ControlZeroConfiguration(apiKey: Project.apiKey)
    configuration.policyMode = .local
    configuration.policyPath = try file("policy.yaml", policy)
    configuration.stateDirectory = state
    configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    change(&configuration)
    return configuration
  }

  /// A bundle by the author of the test data's keys, or by another one.
  func bundle(_ name: String, _ payload: String, at time: UInt64 = 1_767_225_600, author: String = Author.json) throws
    -> String
  {
    let bytes = try BundlePacker.pack(
      payload: Array(payload.utf8), createdAt: time, policyCount: 1, author: try AuthorKeys(parsing: Array(author.utf8))
    )
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }
}

/// Whoever signs the bundles of the test data. Test keys only.
enum Author {
  static let json = make(
    seed: "c6b69a79f0c678b3529d525126e9663a136ccd5768c8250e5cc15ed206c345ad",
    publicKey: "38f57c1def544e2c4952dd24a3fe087e48ca882e9196d824059b349569d277dc")
  /// The same project's next key.
  static let next = make(
    seed: "4cec3a66eccfef8534666bdfd502b1ee17842b1d9256a06573f81c303a975099",
    publicKey: "55dc0b66747fd1ec02cb43eac2f2015159ec97ed1f35b9e3641433f31edbfc6d")
  static let nextPublicKey = "55dc0b66747fd1ec02cb43eac2f2015159ec97ed1f35b9e3641433f31edbfc6d"

  private static func make(seed: String, publicKey: String) -> String {
    """
    {"project_id": "prj_fixture", "org_id": "org_fixture",
     "project_encryption_key_b64": "VlC7MHoAYcTgo8ZMwd8JdIFI7QbI2NERDysVPt1aogE=",
     "signing_pubkey_hex": "\(publicKey)", "signing_seed_hex": "\(seed)"}
    """
  }
}

/// A payload with one rule for everything.
func payload(_ effect: String, _ action: String = "*", rule: String = "r1") -> String {
  """
  {"schema_version": 1, "project_id": "prj_fixture", "policies": [{"id": "pol_1", "priority": 1,
   "rules": [{"id": "r1", "reason": "\(rule)", "effect": "\(effect)", "actions": ["\(action)"]}]}]}
  """
}

/// The policy of most tests: the finance and filesystem examples of the documentation.
let examplePolicy = """
  version: "1"
  rules:
    - id: no-writes
      deny: "filesystem:write*"
      reason: this agent does not write files
    - id: reading
      allow: "filesystem:read*"
    - id: analysts-read
      allow: "database:query"
      when:
        user_group: analysts
    - id: everybody-counts
      allow: "database:count"
    - id: issues
      allow: "github:list_issues"
    - id: cheap-models
      allow: "llm:generate"
      when:
        model: "small-*"
        has_pii: "False"
  """
