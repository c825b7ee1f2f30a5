/// A request to a service.
struct HTTPRequest {
  var url: String
  /// The body of a POST; nil for a GET.
  var body: [UInt8]?
  /// Names and values without line breaks.
  var headers: [(name: String, value: String)] = []
}
