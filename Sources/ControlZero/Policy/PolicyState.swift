internal import DataLoss
internal import Policy
internal import Relay

/// What calls are judged by until something changes: an immutable object that all threads share.
final class Snapshot: Sendable {
  let policy: Policy
  /// The decision that every call gets instead of the policy's; nil if the policy decides.
  let obstacle: Decision?
  let resultScanner: ResultScanner
  let projectID: String?
  let isHosted: Bool
  /// When the snapshot must be examined again before further use, in seconds since 1970.
  let deadline: Int64
  let files = LocalFileSystem()
  /// The context of a call that has none of its own.
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
