private import CDigest

/// SHA-256 (FIPS 180-4) of bytes that come in pieces, from the system's library (OpenSSL, CommonCrypto).
public struct SHA256 {
  private var state = cz_sha256()

  public init() {
    // SAFETY: the state belongs to this value, and is as large as the header says.
    unsafe cz_sha256_start(&state)
  }

  public mutating func add(_ bytes: Span<UInt8>) {
    // SAFETY: the bytes are read within their count; none are read if there are none.
    unsafe bytes.withUnsafeBufferPointer { unsafe cz_sha256_add(&state, $0.baseAddress, $0.count) }
  }

  /// The digest of all that was added, as 64 lower-case hexadecimal digits.
  public consuming func hexadecimal() -> String {
    var state = state
    var digest: InlineArray<32, UInt8> = .init(repeating: 0)
    var span = digest.mutableSpan
    // SAFETY: the digest has the 32 bytes that are written.
    unsafe span.withUnsafeMutableBufferPointer { unsafe cz_sha256_finish(&state, $0.baseAddress) }
    return Hexadecimal.text(digest.span)
  }

  public static func hexadecimal(of bytes: [UInt8]) -> String { hexadecimal(of: bytes.span) }

  public static func hexadecimal(of bytes: Span<UInt8>) -> String {
    var hash = SHA256()
    hash.add(bytes)
    return hash.hexadecimal()
  }
}
