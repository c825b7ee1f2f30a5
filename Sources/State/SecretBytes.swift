private import CSodium

/// Bytes that are overwritten when they go, in locked memory between guard pages. They are never printed, compared or
/// hashed as a whole.
///
/// Where the system refuses to lock it (a limit on locked memory), the memory is guarded and wiped all the same.
@safe public struct SecretBytes: ~Copyable {
  private let storage: UnsafeMutableBufferPointer<UInt8>
  private let isGuarded: Bool

  private static let isReady = sodium_init() >= 0

  /// Copies the bytes; the caller's copy is the caller's matter (see ``wipe(_:)``).
  public init(copying bytes: some Collection<UInt8>) {
    // SAFETY: the storage is owned by this value alone, filled here, and given back in `deinit`.
    if Self.isReady, let start = unsafe sodium_malloc(bytes.count) {
      unsafe storage = UnsafeMutableBufferPointer(
        start: start.bindMemory(to: UInt8.self, capacity: bytes.count), count: bytes.count)
      isGuarded = true
    } else {
      unsafe storage = .allocate(capacity: bytes.count)
      isGuarded = false
    }
    _ = unsafe storage.initialize(from: bytes)
  }

  deinit {
    if isGuarded {
      // Wipes too.
      unsafe sodium_free(storage.baseAddress)
    } else {
      unsafe sodium_memzero(storage.baseAddress, storage.count)
      unsafe storage.deallocate()
    }
  }

  public var count: Int { unsafe storage.count }

  /// Lends the bytes; what `body` keeps is no longer ours to wipe.
  public func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // SAFETY: the span does not outlive the call.
    try body(unsafe Span(_unsafeElements: UnsafeBufferPointer(storage)))
  }

  /// Overwrites bytes that held a secret, where nobody else shares them.
  public static func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe sodium_memzero($0.baseAddress, $0.count) }
    bytes = []
  }
}
