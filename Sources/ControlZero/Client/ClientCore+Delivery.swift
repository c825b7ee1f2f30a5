internal import ControlPlane
internal import Logging
internal import Platform
internal import Synchronization

/// The delivery of records to the service.
extension ClientCore {
  /// How long a record waits for others to be sent with, and how many records are enough to be sent without waiting.
  private static let batchDelay = Duration.seconds(10)
  private static let batchSize = 50
  /// How long to wait for another process that delivers.
  private static let deliveryTimeout = Duration.seconds(60)

  /// Notes that a record was written that the service is to get.
  func recorded() {
    guard link != nil else { return }
    let count = waitingRecords.add(1, ordering: .relaxed).newValue
    // Enough records do not wait for more.
    if count == 1 || count == Self.batchSize {
      timers.once(after: count == 1 ? Self.batchDelay : .zero, replacing: count > 1) { [weak self] in
        self?.deliverInBackground()
      }
    }
  }

  private func deliverInBackground() {
    do {
      try deliver(Cancellation())
    } catch {
      logger.warning("records wait for the service", metadata: ["reason": "\(error)"])
      guard waitingRecords.load(ordering: .relaxed) > 0 else { return }
      timers.once(after: Self.batchDelay * 3) { [weak self] in self?.deliverInBackground() }
    }
  }

  /// Returns when all that was recorded before is delivered; throws and says how much is left. Blocks.
  ///
  /// Without a service there is nobody to deliver to: records stay on disk.
  func flush(_ cancellation: Cancellation = Cancellation()) throws {
    _ = try snapshot()
    try deliver(cancellation)
  }

  func deliver(_ cancellation: Cancellation) throws {
    guard let link else { return }
    let mark = trail.mark()
    waitingRecords.store(0, ordering: .relaxed)
    let end = MonotonicClock.nanoseconds() + UInt64(Self.deliveryTimeout / .nanoseconds(1))
    while true {
      let outcome: RecordDelivery.Outcome?
      let left: Int
      do throws(SyncError) {
        outcome = try link.deliver(delivery, cancellation)
        // Also shows whether our own segment can be read at all.
        left = try waiting(before: mark)
      } catch {
        let waiting = (try? waiting(before: mark)) ?? 0
        throw DeliveryError(waiting: waiting, description: "records can't be delivered: \(error)")
      }
      guard let outcome else { throw ClientClosedError() }
      if let failure = outcome.failure {
        waitingRecords.add(outcome.waiting, ordering: .relaxed)
        throw DeliveryError(
          waiting: outcome.waiting,
          description:
            "\(outcome.waiting) records wait for the service, and are kept on disk until it takes them: \(failure)")
      }
      guard left > 0 else { return }
      if let obstacle = outcome.obstacle {
        throw DeliveryError(waiting: left, description: "records can't be delivered: \(obstacle)")
      }
      guard outcome.isElsewhere else { return }
      guard !cancellation.isCancelled, MonotonicClock.nanoseconds() < end else {
        throw DeliveryError(
          waiting: left, description: "\(left) records wait; another process delivers them: see `czproxy status`")
      }
      _ = usleep(20_000)
    }
  }

  private func waiting(before mark: Trail.Mark?) throws(SyncError) -> Int {
    guard let mark else { return 0 }
    return try delivery.waiting(in: mark.segment, before: mark.offset)
  }

}
