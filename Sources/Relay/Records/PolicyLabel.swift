package import Audit
import Digest
import Policy

/// What rows about a session say of the policy in force.
package struct PolicyLabel: Sendable {
  let source: String
  private let path: String
  /// `sha256:` and the digest of the policy's bytes; empty for none.
  let hash: String
  let ruleCount: Int

  package init(_ loaded: PolicySource.Loaded) {
    source = loaded.policy.source.rawValue
    path = loaded.path ?? ""
    hash = loaded.path == nil ? "" : "sha256:" + SHA256.hexadecimal(of: loaded.bytes)
    ruleCount = loaded.policy.ruleCount
  }

  package func write(to row: inout AuditRecord) {
    row.string("policy_source", source)
    row.string("policy_path", path)
    row.string("policy_hash", hash)
    row.integer("policy_rules", ruleCount)
  }
}
