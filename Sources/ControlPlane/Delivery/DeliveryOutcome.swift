/// A receiver's answer to a batch of records.
public enum DeliveryOutcome: Sendable, Equatable {
  /// The whole batch is accepted, except for records that the receiver says it will never take.
  case accepted(rejected: Int)
  /// 401: nothing is accepted with this key.
  case unauthorised(ControlPlaneError)
  /// 400, 413, 422: something in the batch is refused, now and later.
  case refused(ControlPlaneError)
  /// Anything else: the batch is to be sent later.
  case failed(ControlPlaneError)
}
