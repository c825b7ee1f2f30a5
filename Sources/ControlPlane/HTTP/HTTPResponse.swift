internal import Platform

/// An answer, whatever its status.
struct HTTPResponse {
  var status: Int
  var body: [UInt8]
  var retryAfter: String?
  var date: String?

  /// How long the service asks the client to wait; nil if it doesn't.
  var wait: Duration? {
    retryAfter.flatMap { RetryAfter.duration($0, date: date, now: WallClock.seconds()) }
  }
}
