private import CSodium

/// SHA-256 (FIPS 180-4), as lower-case hexadecimal, and random bytes; both from libsodium.
public enum SHA256 {
  public static func hexadecimal(of bytes: some Collection<UInt8>) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    // SAFETY: the digest has the 32 bytes that the function writes; the input is read within its count.
    let done: Void? = bytes.withContiguousStorageIfAvailable { input in
      _ = unsafe crypto_hash_sha256(&digest, input.baseAddress, UInt64(input.count))
    }
    if done == nil {
      let copy = Array(bytes)
      _ = unsafe crypto_hash_sha256(&digest, copy, UInt64(copy.count))
    }
    return hexadecimal(digest)
  }

  /// Bytes that nobody can foresee.
  public static func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // SAFETY: the array has the bytes that are written.
    unsafe randombytes_buf(&bytes, count)
    return bytes
  }

  public static func hexadecimal(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      for digit in [byte >> 4, byte & 15] {
        text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
