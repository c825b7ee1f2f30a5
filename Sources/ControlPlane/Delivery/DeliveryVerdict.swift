/// What a receiver's answer means for the records at hand.
enum DeliveryVerdict: Equatable {
  /// What was sent is delivered, except for records that the receiver will never take.
  case delivered(rejected: Int)
  /// Another part of the records goes next, at once: its outcome shows more.
  case unclear
  /// The receiver can't take the first record, now or later.
  case firstIsAtFault(ControlPlaneError)
  /// The network or the service is unavailable for now.
  case failed(ControlPlaneError)
  /// Nothing is accepted with this key.
  case unauthorised(ControlPlaneError)
}
