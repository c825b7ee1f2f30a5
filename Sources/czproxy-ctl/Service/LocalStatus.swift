import Audit
import Platform
import Policy
import Relay
import Wire

/// The contents of a state directory that was never used with a service.
struct LocalStatus {
  private let directory: String
  private let file: String?
  /// Nil if there is no policy file.
  private let policy: Result<Policy, PolicyError>?
  /// Seconds since the last record; nil if there is none.
  private let recordAge: Int64?

  init(stateDirectory: String, audit: AuditDirectory, now: Int64) throws(AuditError) {
    directory = stateDirectory
    file = PolicySource.file(in: stateDirectory)
    policy = file.map { path in
      Result { () throws(PolicyError) in try PolicySource.load(path).policy }
    }
    let latest = try audit.segments().compactMap { FileIdentity(of: audit.path(of: $0))?.modified }.max()
    recordAge = latest.map { max(now - $0 / 1_000_000_000, 0) }
  }

  /// Whether the policy file can't be used, so that no `czproxy run` starts with it.
  var hasTrouble: Bool { if case .failure = policy { true } else { false } }

  var lines: [String] {
    let records = recordAge.map { "the last one is \(StatusReport.duration($0)) old" } ?? "none"
    return policyLines + [
      "records:   \(records)",
      "service:   none. With an API key (`czproxy run --api-key-file FILE`), policies come from a Control Zero service",
    ]
  }

  private var policyLines: [String] {
    switch policy {
    case .success(let policy):
      let rules = policy.ruleCount == 1 ? "1 rule" : "\(policy.ruleCount) rules"
      return ["policy:    \(file ?? ""), \(rules), unless `czproxy run` is given another"]
    case .failure(let error):
      return ["policy:    \(file ?? "") can't be used"] + error.lines.map { "           \($0)" }
    case nil:
      return ["policy:    none: put a policy.yaml into \(directory), or give one to `czproxy run`"]
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject("policy")
    writer.string("source", file == nil ? "none" : "local")
    if let file { writer.string("path", file) }
    switch policy {
    case .success(let policy):
      writer.integer("rules", policy.ruleCount)
    case .failure(let error):
      writer.beginObject("fault")
      writer.string("code", error.diagnostics.first?.code.rawValue ?? "")
      writer.string("message", error.lines.joined(separator: "; "))
      writer.endObject()
    case nil: break
    }
    writer.endObject()
    writer.boolean("alive", false)
    if let recordAge { writer.integer("last_record_age_s", recordAge) }
  }
}
