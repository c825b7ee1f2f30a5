internal import DataLoss
internal import Platform
internal import Policy
internal import Relay

/// What calls are judged by, until something changes: shared by all threads, and never changed itself.
final class Snapshot: Sendable {
  let policy: Policy
  /// What every call gets instead of the policy's decision; nil for nothing.
  let obstacle: Decision?
  let resultScanner: ResultScanner
  let projectID: String?
  let isHosted: Bool
  /// When it may not be used any longer without another look, in seconds since 1970.
  let deadline: Int64
  let files = LocalFileSystem()
  /// The context of a call that brings none.
  let plainContext: Context

  init(_ inForce: PolicyInForce, agentName: String) {
    policy = inForce.policy
    obstacle = inForce.obstacle
    resultScanner = ResultScanner(inForce.policy.scanner)
    projectID = inForce.loaded.projectID ?? inForce.policy.projectID
    isHosted = inForce.policy.source == .hosted
    deadline = inForce.deadline ?? .max
    plainContext = EvaluationContext.make(
      CallContext(), agentName: agentName, project: isHosted ? projectID ?? "" : nil)
  }
}
