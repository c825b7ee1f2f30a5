/// What a receiver of records says to a batch.
public enum DeliveryOutcome: Sendable, Equatable {
  /// All of it, or all but some that the receiver says it will never take.
  case accepted(rejected: Int)
  /// 401: nothing will be taken with this key.
  case unauthorised(ControlPlaneError)
  /// 400, 413, 422: something in it is refused, now and later.
  case refused(ControlPlaneError)
  /// Anything else: later.
  case failed(ControlPlaneError)
}
