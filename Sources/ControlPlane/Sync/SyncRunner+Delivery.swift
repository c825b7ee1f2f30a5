internal import Audit
internal import State

/// Sends records and handles the answers.
extension SyncRunner {
  func deliver(_ receiver: SyncPlan.Receiver) throws(SyncError) {
    guard let batch = try outboxes[receiver]?.batch() else { return }
    let result: SyncPlan.Delivery
    if batch.isEmpty {
      // The records that were counted no longer exist, or were set aside.
      try outboxes[receiver]?.recount()
      result = .accepted
    } else {
      result = try settle(send(batch, to: receiver), batch.count, receiver)
    }
    plan.delivered(result, to: receiver, waiting: outboxes[receiver]?.waiting ?? 0, at: now, jitter: jitter)
  }

  private func send(_ batch: ArraySlice<Outbox.Entry>, to receiver: SyncPlan.Receiver) -> DeliveryOutcome {
    let outcome: DeliveryOutcome? =
      switch receiver {
      case .service: connection?.deliver(Outbox.serviceBody(of: batch))
      case .telemetry: exporter?.deliver(batch.map { $0.bytes })
      }
    return outcome ?? .failed(ControlPlaneError(.unusable, "no connection"))
  }

  private func settle(
    _ outcome: DeliveryOutcome, _ count: Int, _ receiver: SyncPlan.Receiver
  ) throws(SyncError) -> SyncPlan.Delivery {
    guard let verdict = try outboxes[receiver]?.settle(outcome, count) else { return .narrowed }
    let topic = "delivery to \(receiver.rawValue)"
    switch verdict {
    case .delivered(let rejected):
      tally(receiver) { tally in
        tally.delivered += count - min(rejected, count)
        tally.refused += min(rejected, count)
        tally.lastAt = clock
      }
      note(topic, rejected > 0 ? "\(rejected) of \(count) records were refused" : nil)
      return .accepted
    case .unclear:
      return .narrowed
    case .firstIsAtFault(let error):
      tally(receiver) { $0.refused += 1 }
      refusal = error
      note(topic, "\(error); the record is set aside in \(directory.path)/\(Outbox.refusedName)")
      return .setAside
    case .unauthorised(let error):
      note(topic, "\(error); records are kept and not sent until the key changes")
      failure = error
      return .unauthorised
    case .failed(let error):
      if error.code != .stopped { note(topic, "\(error); records are kept and sent later") }
      failure = error
      return .failed(retryAfter: error.retryAfter)
    }
  }
}
