private import CSodium

/// Bytes that nobody can foresee, from libsodium.
public enum RandomBytes {
  public static func array(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // SAFETY: the array has the bytes that are written.
    unsafe randombytes_buf(&bytes, count)
    return bytes
  }
}
