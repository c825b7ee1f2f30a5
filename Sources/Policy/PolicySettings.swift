/// What happens to calls after a policy was changed without its signature (Control Zero 1.13.16, `default_on_tamper`).
public enum TamperPosture: String, Sendable, CaseIterable {
  case warn, deny
  case denyAll = "deny-all"
  case quarantine
}

/// The defaults of a policy, as Control Zero names them.
struct PolicySettings: Sendable, Equatable {
  enum OnEmpty: String, Sendable, CaseIterable { case observe, deny, allow, warn }
  var defaultAction = Effect.deny
  var defaultOnMissing = Effect.deny
  var defaultOnEmpty = OnEmpty.observe
  var defaultOnTamper = TamperPosture.warn
  var enforcementStatus = "enforcing"
}
