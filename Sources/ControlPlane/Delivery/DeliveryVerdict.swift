/// What a receiver's answer says of the records at hand.
enum DeliveryVerdict: Equatable {
  /// What was sent is delivered, all but those that the receiver will never take.
  case delivered(rejected: Int)
  /// Another part of the records goes next, at once: what becomes of it shows more.
  case unclear
  /// The receiver can't take the first record, now or later.
  case firstIsAtFault(ControlPlaneError)
  /// The network or the service is away, for now.
  case failed(ControlPlaneError)
  /// Nothing will be taken with this key.
  case unauthorised(ControlPlaneError)
}
