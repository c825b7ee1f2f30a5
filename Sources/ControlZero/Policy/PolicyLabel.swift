internal import Audit
internal import Digest
internal import Policy
internal import Relay

/// What rows about a session say of the policy in force, in the same form as the proxy's.
struct PolicyLabel: Sendable {
  private let source: String
  private let path: String
  /// `sha256:` and the digest of the policy's bytes.
  private let hash: String
  private let ruleCount: Int

  init(_ loaded: PolicySource.Loaded) {
    source = loaded.policy.source.rawValue
    path = loaded.path ?? ""
    hash = loaded.path == nil ? "" : "sha256:" + SHA256.hexadecimal(of: loaded.bytes)
    ruleCount = loaded.policy.ruleCount
  }

  func write(to row: inout AuditRecord) {
    row.string("policy_source", source)
    row.string("policy_path", path)
    row.string("policy_hash", hash)
    row.integer("policy_rules", ruleCount)
  }
}
