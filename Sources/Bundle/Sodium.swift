private import CSodium
internal import Digest

/// libsodium, ready for use.
enum Sodium {
  private static let isReady = sodium_init() >= 0

  /// libsodium offers AES-256-GCM only on processors with the instructions for it.
  private static let hasAES = isReady && crypto_aead_aes256gcm_is_available() == 1

  static func prepare() throws(BundleError) {
    guard isReady else { throw BundleError(.unavailable, "libsodium can't be made ready: there is no random source") }
  }

  /// Guarded memory for a key; nil if `fill` returned false.
  static func secret(
    count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Bool
  ) throws(BundleError) -> SecretBytes? {
    do throws(SecretBytes.Unavailable) {
      return try unsafe SecretBytes(count: count, fill: fill)
    } catch {
      throw BundleError(.unavailable, error.description)
    }
  }

  static func prepareAES() throws(BundleError) {
    try prepare()
    guard hasAES else {
      throw BundleError(
        .unavailable,
        "libsodium finds no AES instructions here, which bundles need: AES-NI and CLMUL on x86-64, the cryptographic "
          + "extensions on ARM (libsodium 1.0.19 or later)")
    }
  }

  /// Decodes hexadecimal digits of either case; nil unless there are digits for exactly `count` bytes and nothing else.
  static func bytes(ofHexadecimal text: [UInt8], count: Int) -> [UInt8]? {
    guard text.count == 2 * count else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    var written = 0
    // SAFETY: the text is read, and the array is written, within its count.
    let status = unsafe text.withUnsafeBytes { text in
      guard let start = text.baseAddress else { return Int32(-1) }
      return unsafe sodium_hex2bin(
        &bytes, count, start.assumingMemoryBound(to: CChar.self), text.count, nil, &written, nil)
    }
    return status == 0 && written == count ? bytes : nil
  }
}
