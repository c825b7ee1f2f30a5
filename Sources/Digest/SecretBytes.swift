private import CSodium

/// Bytes that nobody else shall read: in memory of their own between guard pages, which can't be written once they are
/// there, and is wiped when they go. They are never printed, compared or hashed as a whole.
///
/// Where the system refuses to lock it (a limit on locked memory), the memory is guarded and wiped all the same. Where
/// there is none that can be guarded, there is no secret: it is never put into ordinary memory instead (decision 15).
// INVARIANT: written only while it is made, so it may be shared.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
  /// Why there is no secret: the system has no memory that can be guarded.
  public struct Unavailable: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String { "there is no guarded memory for a secret" }
  }

  private let start: UnsafeMutableRawPointer
  public let count: Int

  private static let isReady = sodium_init() >= 0

  /// - Parameter fill: writes all of the `count` bytes; false where it can't.
  /// - Returns: nil where `fill` gave false.
  public init?(count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Bool) throws(Unavailable) {
    guard Self.isReady, let start = unsafe sodium_malloc(count) else { throw Unavailable() }
    // SAFETY: the memory has `count` bytes, and any byte will do.
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

  /// Copies the bytes; the caller's copy is the caller's matter (see ``wipe(_:)``).
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
    // Wipes too.
    unsafe sodium_free(start)
  }

  /// Lends the bytes; what `body` keeps is no longer ours to wipe.
  public borrowing func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // SAFETY: the span does not outlive the call.
    try body(
      unsafe Span(
        _unsafeElements: UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)))
  }

  /// Lends the address of the bytes, to a library.
  public borrowing func withPointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    // SAFETY: the memory was filled with bytes, and lives as long as this value.
    unsafe body(UnsafePointer(start.assumingMemoryBound(to: UInt8.self)))
  }

  /// Overwrites bytes that held a secret, where nobody else shares them, in a way that is not optimised away.
  public static func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe sodium_memzero($0.baseAddress, $0.count) }
    bytes = []
  }
}
