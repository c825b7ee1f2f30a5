package import Platform
package import Policy

/// A policy in force in a program that judges calls itself: kept, quarantined and expired as by the relay.
package struct PolicyInForce: Sendable {
  /// What changed, for a person and for the record.
  package struct Change: Sendable {
    package let code: String
    package let reason: String
  }

  private var keeper: PolicyKeeper
  private let quarantineFile: QuarantineFile

  /// - Parameters:
  ///   - maxAge: how long a policy that can't be confirmed stays in force, in seconds.
  ///   - now: seconds since 1970.
  package init(_ loaded: PolicySource.Loaded, maxAge: Int64, stateDirectory: String, at now: Int64) {
    keeper = PolicyKeeper(loaded, maxAge: maxAge, at: now)
    quarantineFile = QuarantineFile(stateDirectory: stateDirectory)
    _ = keeper.quarantine(quarantineFile.reason())
  }

  package var policy: Policy { keeper.policy }
  package var loaded: PolicySource.Loaded { keeper.loaded }
  /// The decision that every call gets instead of the policy's; nil for none.
  package var obstacle: Decision? { keeper.obstacle }
  /// When ``tick(at:)`` has something to do, in seconds since 1970; nil for never.
  package var deadline: Int64? { keeper.deadline }

  package mutating func replace(with new: PolicySource.Loaded, at now: Int64) -> Change? {
    Self.change(keeper.replace(with: new, at: now))
  }

  package mutating func fail(_ failure: PolicySourceError, at now: Int64) -> Change? {
    Self.change(keeper.fail(failure, at: now))
  }

  package mutating func tick(at now: Int64) -> Change? { Self.change(keeper.tick(at: now)) }

  /// Checks whether the machine is in quarantine.
  package mutating func lookForQuarantine() -> Change? { Self.change(keeper.quarantine(quarantineFile.reason())) }

  /// Writes the quarantine file if the policy asks for a quarantine; throws if that fails.
  package func writeQuarantine(at microseconds: Int64) throws(SystemError) {
    guard let reason = keeper.quarantineToWrite else { return }
    try quarantineFile.write(reason, at: microseconds)
  }

  private static func change(_ change: PolicyKeeper.Change?) -> Change? {
    change.map { Change(code: $0.code.rawValue, reason: $0.reason) }
  }
}

extension PolicySource.Loaded {
  /// A policy that another module loaded.
  package init(
    policy: Policy, bytes: [UInt8], path: String?, projectID: String?, expiresAt: Int64?, confirmedAt: Int64?
  ) {
    self.policy = policy
    self.bytes = bytes
    self.path = path
    self.projectID = projectID
    self.expiresAt = expiresAt
    self.confirmedAt = confirmedAt
  }
}
