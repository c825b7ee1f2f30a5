private import CCurlShims
internal import Digest
internal import State
internal import Wire

/// HTTP over libcurl: one connection that is kept and reused, no redirects, bounded in time and size.
///
/// Certificates are verified against the system's authorities, or those in a file. Answers are not decompressed, so
/// their size is that on the wire.
@safe public struct HTTPClient: ~Copyable {
  public struct Options: Sendable {
    /// For connecting, TLS included.
    public var connectTimeout = Duration.seconds(5)
    /// For a whole exchange: enough for 16 MiB over a slow line.
    public var totalTimeout = Duration.seconds(30)
    /// The maximum bytes of an answer; more are an error.
    public var maxResponseBytes = CacheLayout.maxBundleBytes
    /// A PEM file with the authorities to trust instead of the system's.
    public var authorityFile: String?
    public var userAgent = "czproxy"
    /// Called at least once a second during an exchange.
    public var shouldStop: @Sendable () -> Bool = { false }

    public init() {}
  }

  private let handle: UnsafeMutableRawPointer
  private let options: Options
  /// The `Date` of the newest answer that had one, in UNIX seconds.
  private(set) var answeredAt: Int64?

  /// Done once per process, before the first handle.
  private static let isReady = cz_curl_global_init() == CURLE_OK

  public init(_ options: Options) throws(ControlPlaneError) {
    guard Self.isReady, let handle = unsafe curl_easy_init() else {
      throw ControlPlaneError(.unreachable, "libcurl can't be started")
    }
    // SAFETY: owned by this value alone and freed in `deinit`.
    unsafe self.handle = handle
    self.options = options
  }

  deinit {
    unsafe curl_easy_cleanup(handle)
  }

  /// Sends a request and receives the answer, whatever its status.
  ///
  /// - Parameter key: sent in an `Authorization: Bearer` header, whose memory is wiped.
  mutating func exchange(_ request: HTTPRequest, key: borrowing APIKey) throws(ControlPlaneError) -> HTTPResponse {
    let list = unsafe key.withBytes { unsafe Self.append($0, to: Self.headerList(request)) }
    defer { unsafe cz_curl_free_secret_list(list) }
    return try unsafe exchange(request, list)
  }

  /// The same without a key.
  mutating func exchange(_ request: HTTPRequest) throws(ControlPlaneError) -> HTTPResponse {
    let list = unsafe Self.headerList(request)
    defer { unsafe cz_curl_free_secret_list(list) }
    return try unsafe exchange(request, list)
  }

  private typealias HeaderList = UnsafeMutablePointer<curl_slist>?

  private mutating func exchange(
    _ request: HTTPRequest, _ list: HeaderList
  ) throws(ControlPlaneError) -> HTTPResponse {
    // Keeps connections and TLS session data.
    unsafe curl_easy_reset(handle)
    let receiver = HTTPReceiver(limit: options.maxResponseBytes, shouldStop: options.shouldStop)
    // SAFETY: the receiver and the error text live until after the last callback, which is before `perform` returns;
    // the handle is reset before its next use.
    let pointer = unsafe Unmanaged.passUnretained(receiver).toOpaque()
    var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let url = request.url
    let body = request.body ?? []
    let result = unsafe words.withUnsafeMutableBufferPointer { words in
      unsafe body.withUnsafeBufferPointer { body in
        configure(url)
        unsafe cz_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, words.baseAddress)
        unsafe cz_curl_set_list(handle, CURLOPT_HTTPHEADER, list)
        unsafe cz_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, receiveBody)
        unsafe cz_curl_set_pointer(handle, CURLOPT_WRITEDATA, pointer)
        unsafe cz_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, receiveHeader)
        unsafe cz_curl_set_pointer(handle, CURLOPT_HEADERDATA, pointer)
        unsafe cz_curl_set_progress(handle, reportProgress)
        unsafe cz_curl_set_pointer(handle, CURLOPT_XFERINFODATA, pointer)
        if request.body != nil {
          unsafe cz_curl_set_long(handle, CURLOPT_POST, 1)
          unsafe cz_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
          unsafe cz_curl_set_pointer(handle, CURLOPT_POSTFIELDS, body.baseAddress)
        }
        return withExtendedLifetime(receiver) { unsafe curl_easy_perform(handle) }
      }
    }
    guard result == CURLE_OK else { throw Self.failure(result, words, receiver, request.url) }
    answeredAt = receiver.header("date").flatMap { RetryAfter.seconds($0) } ?? answeredAt
    return HTTPResponse(
      status: unsafe cz_curl_status(handle), body: receiver.takeBody(), retryAfter: receiver.header("retry-after"),
      date: receiver.header("date"))
  }

  private func configure(_ url: String) {
    func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }
    unsafe cz_curl_set_text(handle, CURLOPT_URL, url)
    unsafe cz_curl_set_text(handle, CURLOPT_USERAGENT, options.userAgent)
    unsafe cz_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    unsafe cz_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    unsafe cz_curl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    // No signals: timeouts work without SIGALRM, which would affect the whole process.
    unsafe cz_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    unsafe cz_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options.connectTimeout))
    unsafe cz_curl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds(options.totalTimeout))
    unsafe cz_curl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
    unsafe cz_curl_set_long(handle, CURLOPT_NOPROGRESS, 0)
    unsafe cz_curl_set_size(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(options.maxResponseBytes))
    if let file = options.authorityFile { unsafe cz_curl_set_text(handle, CURLOPT_CAINFO, file) }
    // A request to this machine never goes through a proxy that the environment names.
    if (try? ServiceURL(url))?.isLoopback == true { unsafe cz_curl_set_text(handle, CURLOPT_PROXY, "") }
  }

  private static func headerList(_ request: HTTPRequest) -> HeaderList {
    // Waiting for `100 Continue` costs a second if the service does not support it.
    var list = unsafe curl_slist_append(nil, "Expect:")
    for (name, value) in request.headers { unsafe list = curl_slist_append(list, "\(name): \(value)") }
    return unsafe list
  }

  private static func append(_ key: Span<UInt8>, to list: HeaderList) -> HeaderList {
    let start = Array("Authorization: Bearer ".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(start.count + key.count + 1)
    text += start
    for index in key.indices { text.append(key[index]) }
    text.append(0)
    defer { SecretBytes.wipe(&text) }
    // SAFETY: the text ends with a zero byte, and libcurl copies it.
    return unsafe text.withUnsafeBytes { bytes in
      unsafe curl_slist_append(list, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
    }
  }

  // MARK: Failures

  private static func failure(
    _ result: CURLcode, _ words: [CChar], _ receiver: HTTPReceiver, _ url: String
  ) -> ControlPlaneError {
    if receiver.hasStopped { return ControlPlaneError(.stopped, "the request was given up") }
    if receiver.isTooLarge || result == CURLE_FILESIZE_EXCEEDED {
      return ControlPlaneError(.unusable, "the answer of \(url) is larger than \(receiver.limit) bytes")
    }
    if receiver.isHeadTooLarge {
      return ControlPlaneError(
        .unusable, "the header of the answer of \(url) is larger than \(HTTPReceiver.maxHeadBytes) bytes")
    }
    var detail = DisplayText.escaped(words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    if detail.isEmpty { detail = unsafe String(cString: curl_easy_strerror(result)) }
    return switch result {
    case CURLE_SSL_CACERT_BADFILE:
      ControlPlaneError(.untrusted, "the file of certificate authorities can't be used: \(detail)")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
      ControlPlaneError(
        .untrusted, "\(url) is not trusted: \(detail); --ca-file FILE names a certificate authority of your own")
    case CURLE_SSL_CONNECT_ERROR: ControlPlaneError(.untrusted, "no TLS with \(url): \(detail)")
    case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING:
      ControlPlaneError(.unreachable, "the answer of \(url) was cut off: \(detail)")
    case CURLE_OPERATION_TIMEDOUT: ControlPlaneError(.unreachable, "no answer from \(url) in time: \(detail)")
    default: ControlPlaneError(.unreachable, "can't reach \(url): \(detail)")
    }
  }
}
