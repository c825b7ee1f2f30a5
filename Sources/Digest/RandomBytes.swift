private import CSodium

/// Unpredictable bytes, from libsodium.
public enum RandomBytes {
  public static func array(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // SAFETY: the array has room for the `count` bytes written.
    unsafe randombytes_buf(&bytes, count)
    return bytes
  }
}
