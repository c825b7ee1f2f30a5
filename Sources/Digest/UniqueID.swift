private import CSodium
private import Synchronization

/// Random UUIDs, version 4 (RFC 9562, section 5.4). One request to the system gives the randomness for many of them.
public enum UniqueID {
  private static let pool = Mutex(Pool())

  private struct Pool {
    static let size = 1024
    var bytes = [UInt8](repeating: 0, count: size)
    var used = size
  }

  /// `xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx`, 36 bytes.
  public static func text() -> [UInt8] {
    pool.withLock { pool in
      if pool.used + 16 > Pool.size {
        // SAFETY: the array has room for the bytes written.
        unsafe randombytes_buf(&pool.bytes, Pool.size)
        pool.used = 0
      }
      defer { pool.used += 16 }
      var text: [UInt8] = []
      text.reserveCapacity(36)
      for index in 0..<16 {
        var byte = pool.bytes[pool.used + index]
        if index == 6 { byte = byte & 0x0f | 0x40 }
        if index == 8 { byte = byte & 0x3f | 0x80 }
        if index % 2 == 0, (4...10).contains(index) { text.append(UInt8(ascii: "-")) }
        text.append(Hexadecimal.digit(byte >> 4))
        text.append(Hexadecimal.digit(byte & 15))
      }
      return text
    }
  }
}
