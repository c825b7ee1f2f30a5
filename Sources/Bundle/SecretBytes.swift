private import CSodium

/// Bytes that nobody else shall read: in locked memory between guard pages, wiped when they go.
///
/// Where the system refuses to lock it (a limit on locked memory), the memory is guarded and wiped all the same.
// INVARIANT: written only while it is made, so it may be shared.
@safe struct SecretBytes: ~Copyable, @unchecked Sendable {
  private let start: UnsafeMutableRawPointer
  let count: Int

  /// - Parameter fill: writes all of the bytes; false where it can't.
  /// - Returns: nil where `fill` gave false.
  init?(count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Bool) throws(BundleError) {
    try Sodium.prepare()
    guard let start = unsafe sodium_malloc(count) else {
      throw BundleError(.unavailable, "there is no guarded memory for a key")
    }
    // Before anything can fail: from here on the memory is given back by `deinit`.
    unsafe self.start = start
    self.count = count
    // SAFETY: the memory has `count` bytes, and any byte will do.
    guard unsafe fill(start.assumingMemoryBound(to: UInt8.self)) else { return nil }
    unsafe sodium_mprotect_readonly(start)
  }

  deinit {
    // Wipes too.
    unsafe sodium_free(start)
  }

  borrowing func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    // SAFETY: the memory was filled with bytes, and lives as long as this value.
    unsafe body(UnsafePointer(start.assumingMemoryBound(to: UInt8.self)))
  }
}
