internal import Platform
internal import State

/// What other processes can read about the sync, and what a person is told.
extension SyncRunner {
  func startState() {
    state.scope = connection?.scope ?? ""
    state.baseURL = connection?.address.text ?? ""
    state.processID = getpid()
    state.startedAt = clock
    // Processes come and go with the sessions: when something was last sent, and answered, is known from the one before.
    let before = (try? SyncState(stateDirectory: options.stateDirectory)) ?? nil
    state.answeredAt = before?.answeredAt
    for receiver in outboxes.keys {
      let delivery = receiver == .service ? before?.service : before?.telemetry
      tally(receiver) { $0.lastAt = delivery?.lastAt }
    }
    let policy = connection?.cache.policy
    state.confirmedAt = policy?.confirmedAt
    state.source = policy?.bundleDigest == nil || policy?.fault != nil ? .none : .cache
  }

  func tally(_ receiver: SyncPlan.Receiver, _ change: (inout SyncState.Delivery) -> Void) {
    switch receiver {
    case .service:
      var tally = state.service ?? SyncState.Delivery()
      change(&tally)
      state.service = tally
    case .telemetry:
      var tally = state.telemetry ?? SyncState.Delivery()
      change(&tally)
      state.telemetry = tally
    }
  }

  func saveState() {
    state.answeredAt = [connection?.answeredAt, exporter?.answeredAt].compactMap { $0 }.max() ?? state.answeredAt
    for (receiver, outbox) in outboxes {
      tally(receiver) { tally in
        tally.queue = outbox.waiting
        tally.isStopped = plan.isStopped(receiver)
      }
    }
    guard state != savedState else { return }
    do throws(StateError) {
      try StateFile.replace(CacheLayout.syncState(in: options.stateDirectory), with: state.json)
      savedState = state
      note("state", nil)
    } catch {
      note("state", "\(error)")
    }
  }

  /// Reports a problem to a person when it changes, not each time that it occurs; nil if all is well.
  func note(_ topic: String, _ text: String?) {
    if let text { state.lastFailure = .init(at: clock, message: text) }
    guard text != lastReports[topic] else { return }
    if let text {
      report(text)
    } else if lastReports[topic] != nil {
      report("\(topic): all is well again")
    }
    lastReports[topic] = text
  }
}
