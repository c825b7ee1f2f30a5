public import Digest
internal import Platform
public import State
internal import Wire

/// The HTTP interface of a Control Zero service (1.13.16): one method per request, each answer a typed outcome.
public struct ControlPlaneClient: ~Copyable, PolicyService {
  private let address: ServiceURL
  private let key: APIKey
  private let email: String?
  private let trace: TraceContext
  private var http: HTTPClient

  /// - Parameter email: the person whom the service may ask about a call (`X-CZ-Requestor-Email`).
  public init(
    _ address: ServiceURL, key: consuming APIKey, email: String? = nil, options: HTTPClient.Options
  ) throws(ControlPlaneError) {
    self.address = address
    self.key = key
    // This becomes a header's value: text that could end the header early is not sent at all.
    self.email = email.flatMap { $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } && $0.utf8.count <= 254 ? $0 : nil }
    trace = TraceContext(ambient: Environment.value("TRACEPARENT"))
    http = try HTTPClient(options)
  }

  /// When the service last answered, by its own clock: UNIX seconds.
  var answeredAt: Int64? { http.answeredAt }

  // MARK: Policy

  public mutating func bootstrap() throws(ControlPlaneError) -> ProjectKeys {
    var response = try get("/v1/sdk/bootstrap")
    defer { SecretBytes.wipe(&response.body) }
    if response.status >= 400 { throw failure(response, "bootstrap") }
    return try ProjectKeys(json: response.body)
  }

  public mutating func pull(etag: String?) -> PullOutcome {
    do throws(ControlPlaneError) {
      // A bundle is not JSON: a service that goes by `Accept` must not be told so.
      let response = try get("/v1/sdk/policies/pull", headers: etag.map { [("If-None-Match", $0)] } ?? [])
      if response.status == 304 { return .notModified }
      if response.status >= 400 { return .failed(failure(response, "the policy pull")) }
      return .bundle(response.body)
    } catch {
      return .failed(error)
    }
  }

  // MARK: Records

  /// Sends up to 500 entries.
  ///
  /// - Parameter body: `{"entries":[…]}`.
  public mutating func deliver(_ body: [UInt8]) -> DeliveryOutcome {
    var headers = [(name: "Content-Type", value: "application/json")] + trace.headers()
    if let email { headers.append(("X-CZ-Requestor-Email", email)) }
    let request = HTTPRequest(url: address.text + "/v1/sdk/audit", body: body, headers: headers)
    do throws(ControlPlaneError) {
      let response = try http.exchange(request, key: key)
      switch response.status {
      case 200..<300: return .accepted(rejected: 0)
      case 401: return .unauthorised(failure(response, "the delivery of records"))
      case 400, 413, 422: return .refused(failure(response, "the delivery of records"))
      default: return .failed(failure(response, "the delivery of records"))
      }
    } catch {
      return .failed(error)
    }
  }

  /// Reports tampering to the service (`POST /v1/sdk/tamper-alert`).
  ///
  /// - Parameters:
  ///   - source: `policy_hmac`, `audit_chain` or `bundle_signature`.
  ///   - reason: what was found.
  public mutating func tamperAlert(
    source: String, hostname: String, reason: String
  ) throws(ControlPlaneError) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.string("source", source)
    writer.string("hostname", hostname)
    writer.string("machine_id", "")
    writer.beginObject("details")
    writer.string("reason", reason)
    writer.endObject()
    writer.endObject()
    let request = HTTPRequest(
      url: address.text + "/v1/sdk/tamper-alert", body: writer.bytes,
      headers: [("Content-Type", "application/json")])
    let response = try http.exchange(request, key: key)
    if !(200..<300).contains(response.status) { throw failure(response, "the tamper alert") }
  }

  // MARK: Secrets

  /// The value of a secret (`GET /api/secrets/{name}`); throws E1101, E1710, E1711, E1401 ….
  public mutating func secret(named name: String) throws(ControlPlaneError) -> SecretBytes {
    var response = try get("/api/secrets/" + Self.percentEncoded(name))
    defer { SecretBytes.wipe(&response.body) }
    let shown = DisplayText.escaped(name.utf8)
    switch response.status {
    case 200..<300: return try Self.secret(shown, in: response)
    case 404: throw ControlPlaneError(.noSuchSecret, "there is no secret `\(shown)`", status: 404)
    case 403 where ServiceAnswer.code(response.body).map(Self.asksForApproval) == true:
      throw ControlPlaneError(
        .approvalRequired, "the secret `\(shown)` needs a person's approval", status: 403)
    default: throw failure(response, "the secret `\(shown)`")
    }
  }

  private static func secret(_ shown: String, in response: HTTPResponse) throws(ControlPlaneError) -> SecretBytes {
    func unusable(_ text: String) -> ControlPlaneError {
      ControlPlaneError(.unusable, text, status: response.status)
    }
    guard let document = try? JSONDocument(parsing: response.body[...], options: .document),
      var value = document.string("value")
    else { throw unusable("the answer about the secret `\(shown)` has no text `value`") }
    defer { SecretBytes.wipe(&value) }
    guard value.count <= ServiceSettings.maxSecretBytes else {
      throw unusable("the secret `\(shown)` is longer than \(ServiceSettings.maxSecretBytes) bytes")
    }
    do throws(SecretBytes.Unavailable) {
      return try SecretBytes(copying: value)
    } catch {
      throw unusable("the secret `\(shown)` can't be kept: \(error)")
    }
  }

  private static func asksForApproval(_ code: String) -> Bool {
    code == "E1710" || code.lowercased().contains("approval")
  }

  /// One segment of a path: everything but unreserved characters (RFC 3986, section 2.3) is encoded.
  static func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      if byte.isLetter || byte.isDigit || "-._~".utf8.contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
      }
    }
    // A segment of dots alone would climb the path.
    return text == "." || text == ".." ? result.replacing(".", with: "%2E") : result
  }

  // MARK: Parts

  private mutating func get(
    _ path: String, headers: [(name: String, value: String)] = [("Accept", "application/json")]
  ) throws(ControlPlaneError) -> HTTPResponse {
    try http.exchange(HTTPRequest(url: address.text + path, headers: headers), key: key)
  }

  /// The error for an unsuccessful answer; what the service says in it is quoted without the key.
  private func failure(_ response: HTTPResponse, _ what: String) -> ControlPlaneError {
    let words = ServiceAnswer.explanation(response.body, without: key).map { ": \($0)" } ?? ""
    let (code, text): (ControlPlaneError.Code, String) =
      switch response.status {
      case 401: (.keyRejected, "the service does not accept the API key\(words)")
      case 403: (.keyRejected, "the service does not let this API key do it\(words)")
      case 429: (.rateLimited, "the service is asked too often")
      case 500...: (.serverFailure, "the service has a fault of its own\(words)")
      default: (.unusable, "the service refused\(words)")
      }
    return ControlPlaneError(
      code, "\(what): HTTP \(response.status): \(text)", status: response.status, retryAfter: response.wait)
  }
}
