internal import CCurlShims
internal import Digest

/// Receives what libcurl hands over during an exchange.
final class HTTPReceiver {
  let limit: Int
  private let shouldStop: @Sendable () -> Bool
  private var body: [UInt8] = []
  private var headers: [String: String] = [:]
  private(set) var isTooLarge = false
  private(set) var isHeadTooLarge = false
  private var headBytes = 0
  private(set) var hasStopped = false

  /// All other headers are ignored.
  private static let wanted: Set<String> = ["retry-after", "date"]
  private static let maxHeaderBytes = 256
  /// The maximum bytes of all header lines of an exchange, interim answers and trailers included. libcurl keeps what it
  /// hands over, and some versions set no limit on trailers.
  static let maxHeadBytes = 256 << 10

  init(limit: Int, shouldStop: @escaping @Sendable () -> Bool) {
    self.limit = limit
    self.shouldStop = shouldStop
  }

  func header(_ name: String) -> String? { headers[name] }

  /// Returns the body, which is no longer held here.
  func takeBody() -> [UInt8] {
    defer { body = [] }
    return body
  }

  /// Returns whether all of it was accepted.
  fileprivate func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= limit else {
      isTooLarge = true
      return false
    }
    reserve(body.count + bytes.count)
    unsafe body.append(contentsOf: bytes)
    return true
  }

  /// Makes room. An answer may hold a key, and an array that grows by itself leaves copies behind.
  private func reserve(_ count: Int) {
    guard count > body.capacity else { return }
    var larger: [UInt8] = []
    larger.reserveCapacity(max(count, 2 * body.capacity))
    larger += body
    SecretBytes.wipe(&body)
    body = larger
  }

  /// Returns whether the exchange goes on.
  fileprivate func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    headBytes += line.count
    guard headBytes <= Self.maxHeadBytes else {
      isHeadTooLarge = true
      return false
    }
    unsafe readHeader(line)
    return true
  }

  private func readHeader(_ line: UnsafeRawBufferPointer) {
    // An interim answer (1xx) has headers of its own.
    if unsafe line.starts(with: "HTTP/".utf8) { headers = [:] }
    guard line.count <= Self.maxHeaderBytes,
      let colon = unsafe line.firstIndex(of: UInt8(ascii: ":"))
    else { return }
    let name = unsafe String(decoding: line[..<colon], as: UTF8.self).lowercased()
    guard Self.wanted.contains(name) else { return }
    let value = unsafe line[(colon + 1)...].drop { $0 <= 0x20 }
    let text = unsafe value.prefix { $0 >= 0x20 && $0 < 0x7f }.map { $0 }
    headers[name] = String(decoding: text, as: UTF8.self)
  }

  fileprivate func progress() -> Bool {
    if shouldStop() { hasStopped = true }
    return !hasStopped
  }
}

// Callbacks are outside of every type, since they are called on no actor.

/// SAFETY: libcurl passes back the pointer to the receiver that `exchange` keeps alive.
private func receiver(_ pointer: UnsafeMutableRawPointer?) -> HTTPReceiver? {
  unsafe pointer.map { unsafe Unmanaged<HTTPReceiver>.fromOpaque($0).takeUnretainedValue() }
}

func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  let part = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  // Any count but the one that was offered ends the exchange.
  return unsafe receiver(pointer)?.receiveBody(part) == true ? size * count : 0
}

func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return unsafe receiver(pointer)?.receiveHeader(line) == true ? size * count : 0
}

func reportProgress(
  _ pointer: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
  unsafe receiver(pointer)?.progress() == true ? 0 : 1
}
