private import CSodium

/// HMAC-SHA256 (RFC 2104, FIPS 180-4), from libsodium.
public enum HMACSHA256 {
  private static let count = 32

  /// Whether a base64 text, apart from white space in it, is the authentication code of a message. Compares in
  /// constant time.
  public static func isValid(base64 text: [UInt8], of message: [UInt8], key: [UInt8]) -> Bool {
    var code = [UInt8](repeating: 0, count: count + 1)
    var length = 0
    let variant = Int32(1)  // the standard alphabet, with padding
    let decoded = unsafe text.withUnsafeBufferPointer { text in
      unsafe text.withMemoryRebound(to: CChar.self) { text in
        unsafe sodium_base642bin(&code, code.count, text.baseAddress, text.count, " \n\r\t", &length, nil, variant)
      }
    }
    guard decoded == 0, length == count else { return false }
    var state = crypto_auth_hmacsha256_state()
    unsafe crypto_auth_hmacsha256_init(&state, key, key.count)
    unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
    var expected = [UInt8](repeating: 0, count: count)
    unsafe crypto_auth_hmacsha256_final(&state, &expected)
    return unsafe sodium_memcmp(expected, code, count) == 0
  }
}
