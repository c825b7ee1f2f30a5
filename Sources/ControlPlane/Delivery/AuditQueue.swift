internal import Audit
public import State

/// How many records wait, for a process that does not send them.
public enum AuditQueue {
  /// Reads every row after the cursors, in the segments that can be read.
  public static func count(for receiver: SyncPlan.Receiver, stateDirectory: String) throws(StateError) -> Int {
    let directory = AuditDirectory(stateDirectory: stateDirectory)
    let outbox = Outbox(receiver, directory, from: Sender(hostname: "", user: "", version: ""))
    do throws(AuditError) {
      return outbox.countAll(try directory.segments())
    } catch {
      throw StateError(.inaccessible, error.description)
    }
  }
}
