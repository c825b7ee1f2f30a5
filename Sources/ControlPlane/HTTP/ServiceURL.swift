internal import Wire

/// The address of a service: `http` or `https`, a host, optionally a port and a path. Nothing else is accepted.
public struct ServiceURL: Sendable, Equatable, CustomStringConvertible {
  /// Without a `/` at its end.
  public let text: String
  /// Whether the host is this machine, by a name or number that can't mean another one.
  public let isLoopback: Bool
  public let isEncrypted: Bool

  public var description: String { text }

  private static let maxBytes = 2048

  /// - Parameter allowsPlainHTTP: whether `http` may leave this machine, with keys and records in plain text.
  public init(_ text: String, allowsPlainHTTP: Bool = false) throws(ControlPlaneError) {
    let bytes = Array(text.utf8)
    func failure(_ reason: String) -> ControlPlaneError { ControlPlaneError(.badAddress, reason) }
    guard bytes.count <= Self.maxBytes, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw failure("a service's address is at most \(Self.maxBytes) visible ASCII characters")
    }
    let lowered = text.lowercased()
    let schemeLength: Int
    if lowered.hasPrefix("https://") {
      (isEncrypted, schemeLength) = (true, 8)
    } else if lowered.hasPrefix("http://") {
      (isEncrypted, schemeLength) = (false, 7)
    } else {
      throw failure("a service's address starts with `https://`; `\(text)` does not")
    }
    let rest = bytes.dropFirst(schemeLength)
    // An address that two readers could take for different hosts is refused: user names, queries, backslashes.
    guard !rest.contains(where: { "@?#\\\"<>^`{|}".utf8.contains($0) }) else {
      throw failure("a service's address is `https://HOST[:PORT][/PATH]`, without user name or query")
    }
    let authority = Array(rest.prefix { $0 != UInt8(ascii: "/") })
    guard let host = Self.host(of: authority) else {
      throw failure("`\(text)` has no host, or a port that is no number from 1 to 65535")
    }
    isLoopback = Self.isLoopback(host)
    guard isEncrypted || isLoopback || allowsPlainHTTP else {
      throw failure("`\(text)` is not encrypted; use `https://`, or add --allow-http where the way there is safe")
    }
    var end = text[...]
    while end.hasSuffix("/") { end = end.dropLast() }
    self.text = String(end)
  }

  /// The host without its port, in lowercase; nil if it has another form.
  private static func host(of authority: [UInt8]) -> String? {
    var host = authority
    if authority.first == UInt8(ascii: "[") {
      guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      host = Array(authority[...end])
      guard host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || ":.".utf8.contains($0) }) else {
        return nil
      }
    } else if let colon = authority.firstIndex(of: UInt8(ascii: ":")) {
      host = Array(authority[..<colon])
    }
    let isName = host.allSatisfy { $0.isLetter || $0.isDigit || "-._".utf8.contains($0) }
    guard host.first == UInt8(ascii: "[") || isName, !host.isEmpty else { return nil }
    let port = authority.dropFirst(host.count)
    if !port.isEmpty {
      guard port.first == UInt8(ascii: ":"), port.count <= 6,
        let number = Int(String(decoding: port.dropFirst(), as: UTF8.self)), (1...65535).contains(number)
      else { return nil }
    }
    return String(decoding: host, as: UTF8.self).lowercased()
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in part.count <= 3 && UInt8(part).map { String($0) == part } ?? false }
  }
}
