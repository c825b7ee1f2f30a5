/// How far the detectors may go with a server's answers.
///
/// A detector never does more than its own action: what a detector that only detects finds is recorded in every mode
/// but `off`.
public enum ResultMode: String, Sendable, CaseIterable {
  /// Nothing is scanned.
  case off
  /// Findings are recorded.
  case detect
  /// What a detector masks or blocks is masked.
  case mask
  /// What a detector masks is masked, and an answer that holds what it blocks is withheld.
  case block
}
