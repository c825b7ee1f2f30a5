/// The defaults of a policy, as Control Zero names them.
struct PolicySettings: Sendable, Equatable {
  enum OnEmpty: String, Sendable, CaseIterable { case observe, deny, allow, warn }
  enum OnTamper: String, Sendable, CaseIterable {
    case warn, deny
    case denyAll = "deny-all"
    case quarantine
  }

  var defaultAction = Effect.deny
  var defaultOnMissing = Effect.deny
  var defaultOnEmpty = OnEmpty.observe
  var defaultOnTamper = OnTamper.warn
  var enforcementStatus = "enforcing"
}
