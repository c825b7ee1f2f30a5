import Policy

/// Keeps a policy in force while its files come, go and break: a state machine without a clock or a file.
struct PolicyKeeper: Sendable {
  /// What changed, for a person, for the record and for the host.
  struct Change: Equatable, Sendable {
    enum Code: String, Sendable {
      case reloaded = "POLICY_RELOADED"
      /// The new policy can't be used; the last good one stays.
      case kept = "POLICY_KEPT"
      /// The last good policy has stayed for too long.
      case expired = "POLICY_EXPIRED"
      case tampered = "BUNDLE_TAMPERED"
      case quarantined = "MACHINE_QUARANTINED"
      case released = "QUARANTINE_LIFTED"
    }

    let code: Code
    let reason: String
    /// Whether calls are decided differently than before.
    let isEffective: Bool
  }

  private(set) var loaded: PolicySource.Loaded
  /// The decision that every governed call gets instead of the policy's; nil for none.
  var obstacle: Decision? { quarantine ?? tamper }
  /// Why the machine is to be quarantined, if a file has to be written about it.
  private(set) var quarantineToWrite: String?

  private var quarantine: Decision?
  private var tamper: Decision?
  /// Since when the last good policy is no longer confirmed, in seconds since 1970.
  private var unconfirmedSince: Int64?
  private var lastFailure = ""
  private let maxAge: Int64

  /// - Parameter maxAge: how long a policy that can't be confirmed stays in force, in seconds.
  init(_ loaded: PolicySource.Loaded, maxAge: Int64, at now: Int64) {
    self.loaded = loaded
    self.maxAge = maxAge
    _ = take(loaded, at: now)
  }

  var policy: Policy { loaded.policy }

  /// When ``tick(at:)`` has something to do, in seconds since 1970; nil for never.
  var deadline: Int64? {
    [unconfirmedSince.map { $0 + maxAge }, loaded.expiresAt].compactMap { $0 }.min()
  }

  // MARK: Events

  /// The files were read and can be used.
  mutating func replace(with new: PolicySource.Loaded, at now: Int64) -> Change? {
    // The first rule tells whether the same bytes still stand for a project without policies, which depends on their age.
    let isSame =
      new.bytes == loaded.bytes && new.isTampered == loaded.isTampered && new.path == loaded.path
      && new.projectID == loaded.projectID && new.policy.firstRuleID == loaded.policy.firstRuleID
    // Only a failure is over. That the service confirms the same policy again and again is no change.
    let wasInDoubt = !lastFailure.isEmpty || tamper != nil
    lastFailure = ""
    loaded = new
    let change = take(new, at: now)
    if let change { return change }
    guard !isSame || wasInDoubt else { return nil }
    return Change(
      code: .reloaded, reason: "the policy was loaded anew: \(new.policy.ruleCount) rules", isEffective: true)
  }

  /// The files can't be used: the last good policy stays.
  mutating func fail(_ failure: PolicySourceError, at now: Int64) -> Change? {
    unconfirmedSince = unconfirmedSince ?? loaded.confirmedAt ?? now
    let text = failure.lines.joined(separator: "; ")
    guard text != lastFailure else { return nil }
    lastFailure = text
    if failure.isTampering, let change = tampered(text) { return change }
    return Change(code: .kept, reason: "the last good policy stays in force: \(text)", isEffective: false)
  }

  /// The machine is in quarantine for this reason; nil if it is not, or no longer.
  mutating func quarantine(_ reason: String?) -> Change? {
    guard (reason != nil) != (quarantine != nil) else { return nil }
    quarantine = reason.map { .quarantined("MACHINE_QUARANTINED", $0) }
    return Change(
      code: reason == nil ? .released : .quarantined, reason: reason ?? "the quarantine is over", isEffective: true)
  }

  /// Time has passed.
  mutating func tick(at now: Int64) -> Change? {
    // If the clock was set back, what is left counts from now on.
    unconfirmedSince = unconfirmedSince.map { min($0, now) }
    guard let deadline, now >= deadline, loaded.policy.source != .missing else { return nil }
    unconfirmedSince = nil
    let isOver = loaded.expiresAt.map { now >= $0 } ?? false
    let cause = isOver ? "the bundle has expired" : "the policy could not be confirmed for \(maxAge) seconds"
    let reason = cause + (lastFailure.isEmpty ? "" : ": \(lastFailure)")
    loaded = PolicySource.Loaded(policy: loaded.policy.missing(reason: reason), bytes: [], path: loaded.path)
    return Change(code: .expired, reason: reason, isEffective: true)
  }

  // MARK: Tampering

  private mutating func take(_ new: PolicySource.Loaded, at now: Int64) -> Change? {
    tamper = nil
    // A confirmation from the future is worth no more than one from now.
    unconfirmedSince = new.confirmedAt.map { min($0, now) }
    guard new.isTampered else { return nil }
    let reason = "`\(new.path ?? "")` is not what was signed"
    return tampered(reason) ?? Change(code: .tampered, reason: "\(reason); it is used all the same", isEffective: true)
  }

  /// Applies what the policy in force says about a change without its signature; nil if it says to go on.
  private mutating func tampered(_ reason: String) -> Change? {
    switch policy.tamperPosture {
    case .warn: return nil
    case .deny: tamper = .quarantined("BUNDLE_TAMPERED", reason)
    case .denyAll, .quarantine:
      tamper = .quarantined("MACHINE_QUARANTINED", reason)
      quarantineToWrite = reason
    }
    return Change(code: .tampered, reason: "every call is denied: \(reason)", isEffective: true)
  }
}
