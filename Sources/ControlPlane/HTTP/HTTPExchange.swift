/// A request to a service.
struct HTTPRequest {
  var url: String
  /// The body of a POST; nil for a GET.
  var body: [UInt8]?
  /// Names and values without line ends.
  var headers: [(name: String, value: String)] = []
}

/// What came back, whatever its status.
struct HTTPResponse {
  var status: Int
  var body: [UInt8]
  var retryAfter: String?
  var date: String?
}
