internal import State

/// Keeps the policy current.
extension SyncRunner {
  func pull() {
    followKey()
    guard let connection else { return plan.pulled(.refused, at: now, jitter: jitter) }
    let outcome: PolicyRefresh.Outcome
    do throws(StateError) {
      outcome = try connection.refresh(refresh, now: clock)
    } catch {
      // What the service sent is lost; the cache is as it was.
      note("policy", "\(error)")
      loss = SyncError("no policy could be kept", isConfiguration: error.code != .inaccessible)
      return plan.pulled(.failed(retryAfter: nil), at: now, jitter: jitter)
    }
    let policy = connection.cache.policy
    state.pulledAt = clock
    state.confirmedAt = policy.confirmedAt
    switch outcome {
    case .current(let isNew):
      state.source = .service
      note("policy", nil)
      if isNew { report("the service sent a new policy") }
    case .cached(let error):
      state.source = .cache
      note("policy", "\(error); the policy that is cached stays in force")
    case .none(let error):
      state.source = .none
      note("policy", "\(error)")
      if error.code == .bundleRefused { tellOfTampering(error.message, connection) }
    }
    if let error = outcome.failure { failure = error }
    plan.pulled(Self.pull(outcome.failure), at: now, jitter: jitter)
  }

  /// Reports to the service a bundle that its keys don't vouch for: once for each reason, as a best effort.
  private func tellOfTampering(_ reason: String, _ connection: ServiceConnection) {
    guard toldReasons.insert(reason).inserted else { return }
    do throws(ControlPlaneError) {
      try connection.tamperAlert(source: "bundle_signature", hostname: options.sender.hostname, reason: reason)
      note("alert", nil)
    } catch {
      toldReasons.remove(reason)
      note("alert", "\(error)")
    }
  }

  static func pull(_ failure: ControlPlaneError?) -> SyncPlan.Pull {
    switch failure?.code {
    case nil: .succeeded
    case .unreachable, .untrusted, .serverFailure, .rateLimited, .stopped: .failed(retryAfter: failure?.retryAfter)
    default: .refused
    }
  }

  /// Checks whether the key file holds another key by now.
  func followKey() {
    guard let known = connection else { return }
    do throws(SyncError) {
      guard try known.isOutdated(options) else { return note("key", nil) }
      let next = try ServiceConnection(options, stop: stop)
      connection = next
      state.scope = next.scope
      report("another API key is in use now")
      plan.keyChanged(at: now)
    } catch {
      note("key", "\(error); the key that was in use stays so")
    }
  }
}
