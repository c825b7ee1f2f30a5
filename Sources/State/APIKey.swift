internal import Digest
internal import Wire

/// A project's API key (Control Zero 1.13.16, E1104). Held in memory that is wiped; never printed.
public struct APIKey: ~Copyable {
  private let secret: SecretBytes

  /// What stands for the key in file names and reports: the first 16 hexadecimal digits of its SHA-256.
  ///
  /// Control Zero's SDK uses the first 12 characters of the key, which puts a part of the secret into file names and
  /// lets two keys that begin alike share a cache.
  public let scope: String

  private static let prefixes = ["cz_live_", "cz_test_"]
  private static let maxBytes = 256

  /// Takes the text of a key, without the white space around it.
  public init(_ text: some Collection<UInt8>) throws(StateError) {
    var bytes = Array(text)
    defer { SecretBytes.wipe(&bytes) }
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    let start = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
    let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
    let key = bytes[start..<end]
    guard let prefix = Self.prefixes.first(where: { key.starts(with: $0.utf8) }) else {
      throw StateError(.keyFormat, "an API key starts with `cz_live_` or `cz_test_`; this one does not")
    }
    // The key goes into an HTTP header as it is, so no line end, and nothing else that could end the value, may get
    // through.
    let rest = key.dropFirst(prefix.utf8.count)
    guard !rest.isEmpty, key.count <= Self.maxBytes, rest.allSatisfy(Self.isAllowed) else {
      throw StateError(
        .keyFormat, "an API key is `\(prefix)` and up to \(Self.maxBytes - 8) letters, digits, `_` and `-`")
    }
    secret = try Self.kept(key)
    scope = String(SHA256.hexadecimal(of: key.span).prefix(16))
  }

  private static func kept(_ key: ArraySlice<UInt8>) throws(StateError) -> SecretBytes {
    do throws(SecretBytes.Unavailable) {
      return try SecretBytes(copying: key)
    } catch {
      throw StateError(.noMemory, "the API key can't be kept: \(error)")
    }
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || "_-".utf8.contains(byte)
  }

  public func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try secret.withBytes(body)
  }

  /// The bytes with every occurrence of the key overwritten by `*`: a service may echo what it was sent.
  package func redacting(_ bytes: [UInt8]) -> [UInt8] {
    secret.withBytes { key in
      var result = bytes
      var start = 0
      while start + key.count <= result.count {
        var matched = 0
        while matched < key.count, result[start + matched] == key[matched] { matched += 1 }
        if matched == key.count {
          for index in start..<start + matched { result[index] = UInt8(ascii: "*") }
          start += matched
        } else {
          start += 1
        }
      }
      return result
    }
  }
}
