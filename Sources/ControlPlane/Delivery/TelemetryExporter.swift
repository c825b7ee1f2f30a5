internal import Wire

/// Exports log records to a collector (OTLP/HTTP, JSON).
struct TelemetryExporter: ~Copyable {
  private let url: String
  private let headers: [(name: String, value: String)]
  private let resource: [UInt8]
  private var http: HTTPClient

  private init(url: String, headers: [(name: String, value: String)], resource: [UInt8], http: consuming HTTPClient) {
    self.url = url
    self.headers = headers
    self.resource = resource
    self.http = http
  }

  /// - Parameters:
  ///   - endpoint: the collector's; `/v1/logs` is appended if it is missing.
  ///   - headers: `NAME=VALUE,…`, percent-encoded, as in OTEL_EXPORTER_OTLP_HEADERS.
  static func make(
    _ endpoint: ServiceURL, headers: String?, sender: Sender, options: HTTPClient.Options
  ) throws(ControlPlaneError) -> TelemetryExporter {
    TelemetryExporter(
      url: endpoint.text.hasSuffix("/v1/logs") ? endpoint.text : endpoint.text + "/v1/logs",
      headers: try parse(headers ?? ""), resource: resource(sender), http: try HTTPClient(options))
  }

  /// When the collector last answered, by its own clock: UNIX seconds.
  var answeredAt: Int64? { http.answeredAt }

  /// Wraps records into a request: `{"resourceLogs":[…]}`.
  private func body(of records: [[UInt8]]) -> [UInt8] {
    resource + records.joined(separator: [UInt8(ascii: ",")]) + Array("]}]}]}".utf8)
  }

  mutating func deliver(_ records: [[UInt8]]) -> DeliveryOutcome {
    let request = HTTPRequest(
      url: url, body: body(of: records), headers: [("Content-Type", "application/json")] + headers)
    do throws(ControlPlaneError) {
      let response = try http.exchange(request)
      let error = ControlPlaneError(
        response.status == 429 ? .rateLimited : response.status >= 500 ? .serverFailure : .unusable,
        "the telemetry collector answered with HTTP \(response.status)", status: response.status,
        retryAfter: response.wait)
      switch response.status {
      case 200..<300: return .accepted(rejected: Self.rejected(response.body))
      case 401, 403: return .unauthorised(error)
      case 400, 413, 422: return .refused(error)
      default: return .failed(error)
      }
    } catch {
      return .failed(error)
    }
  }

  /// `partialSuccess.rejectedLogRecords`: records that must not be sent again.
  private static func rejected(_ body: [UInt8]) -> Int {
    guard let document = try? JSONDocument(parsing: body[...], options: .document),
      let partial = document.object("partialSuccess")
    else { return 0 }
    // A 64-bit integer: a string in the JSON form of protocol buffers, though some collectors write a number.
    let number =
      document.integer("rejectedLogRecords", of: partial)
      ?? document.text("rejectedLogRecords", of: partial).flatMap { Int64($0) }
    return Int(max(number ?? 0, 0))
  }

  private static func parse(_ text: String) throws(ControlPlaneError) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map { percentDecoded($0.trimmed) }
      guard pair.count == 2, (pair[0] + pair[1]).utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }),
        !pair[0].utf8.contains(where: { $0 == 0x20 || $0 == 0x3a })
      else { throw ControlPlaneError(.badAddress, "OTEL_EXPORTER_OTLP_HEADERS is NAME=VALUE, separated by commas") }
      headers.append((pair[0], pair[1]))
    }
    return headers
  }

  /// Decodes `%20` and the like; a `%` without two digits after it stands for itself.
  private static func percentDecoded(_ text: Substring) -> String {
    var (rest, result) = (Array(text.utf8)[...], [UInt8]())
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
        let number = UInt8(digits, radix: 16)
      {
        result.append(number)
        rest = rest.dropFirst(2)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func resource(_ sender: Sender) -> [UInt8] {
    var writer = JSONWriter()
    func attribute(_ key: String, _ value: String) {
      writer.beginObject()
      writer.string("key", key)
      writer.beginObject("value")
      writer.string("stringValue", value)
      writer.endObject()
      writer.endObject()
    }
    writer.beginObject()
    writer.beginArray("resourceLogs")
    writer.beginObject()
    writer.beginObject("resource")
    writer.beginArray("attributes")
    attribute("service.name", "czproxy")
    attribute("service.version", sender.version)
    attribute("host.name", sender.hostname)
    attribute("user.name", sender.user)
    writer.endArray()
    writer.endObject()
    writer.beginArray("scopeLogs")
    writer.beginObject()
    writer.beginObject("scope")
    writer.string("name", "czproxy")
    writer.string("version", sender.version)
    writer.endObject()
    writer.beginArray("logRecords")
    return writer.bytes
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.first == " " { text = text.dropFirst() }
    while text.last == " " { text = text.dropLast() }
    return text
  }
}
