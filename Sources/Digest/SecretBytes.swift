private import CSodium

/// Secret bytes in memory of their own between guard pages. The memory is read-only once filled, and wiped when this
/// value is destroyed. The bytes are never printed, compared or hashed as a whole.
///
/// If the system refuses to lock the memory (a limit on locked memory), it is still guarded and wiped. If the system
/// has no memory that can be guarded, creation fails: a secret is never put into ordinary memory instead (decision 15).
// INVARIANT: the bytes are written only during `init`, so the value may be shared.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
  /// There is no secret, since the system has no memory that can be guarded.
  public struct Unavailable: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String { "there is no guarded memory for a secret" }
  }

  private let start: UnsafeMutableRawPointer
  public let count: Int

  private static let isReady = sodium_init() >= 0

  /// - Parameter fill: writes all `count` bytes; returns false if it can't.
  /// - Returns: nil if `fill` returned false.
  public init?(count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Bool) throws(Unavailable) {
    guard Self.isReady, let start = unsafe sodium_malloc(count) else { throw Unavailable() }
    // SAFETY: the memory has `count` bytes, and every bit pattern is a UInt8.
    guard unsafe fill(start.assumingMemoryBound(to: UInt8.self)) else {
      unsafe sodium_free(start)
      return nil
    }
    guard unsafe sodium_mprotect_readonly(start) == 0 else {
      unsafe sodium_free(start)
      throw Unavailable()
    }
    unsafe self.start = start
    self.count = count
  }

  /// Copies the bytes; wiping its own copy is up to the caller (see ``wipe(_:)``).
  public init(copying bytes: some Collection<UInt8>) throws(Unavailable) {
    let count = bytes.count
    let copy = try unsafe SecretBytes(count: count) { space in
      for (place, byte) in bytes.prefix(count).enumerated() { unsafe space[place] = byte }
      return true
    }
    guard let copy else { throw Unavailable() }
    self = copy
  }

  deinit {
    // `sodium_free` also wipes.
    unsafe sodium_free(start)
  }

  /// Lends the bytes; nothing that `body` copies is wiped here.
  public borrowing func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // SAFETY: the span does not outlive the call.
    try body(
      unsafe Span(
        _unsafeElements: UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)))
  }

  /// Lends the address of the bytes, for a call of a C library.
  public borrowing func withPointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    // SAFETY: the memory was filled with bytes, and lives as long as this value.
    unsafe body(UnsafePointer(start.assumingMemoryBound(to: UInt8.self)))
  }

  /// Overwrites bytes that held a secret, if no other array shares them, in a way that is not optimized away.
  public static func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe sodium_memzero($0.baseAddress, $0.count) }
    bytes = []
  }
}
