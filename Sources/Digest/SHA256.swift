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
    unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { text in
      // SAFETY: two digits are written for each byte, which is the capacity that was asked for.
      for index in bytes.indices {
        unsafe text[2 * index] = digit(bytes[index] >> 4)
        unsafe text[2 * index + 1] = digit(bytes[index] & 15)
      }
      return bytes.count * 2
    }
  }

  /// One digit, lower case.
  ///
  /// - Parameter value: less than 16.
  public static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
