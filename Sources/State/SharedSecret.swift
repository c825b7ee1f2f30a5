/// A secret text that several hold, in locked memory: wiped when the last of them lets it go.
// INVARIANT: written only while it is made, so threads may share it.
@safe public final class SharedSecret: @unchecked Sendable {
  private let secret: SecretBytes

  /// Copies the bytes; the caller's copy is the caller's matter (see ``SecretBytes/wipe(_:)``).
  public init(copying bytes: some Collection<UInt8>) {
    secret = SecretBytes(copying: bytes)
  }

  /// Lends a copy that is wiped afterwards; `body` must keep nothing of it.
  public func withArray<Result: ~Copyable, Failure: Error>(
    _ body: ([UInt8]) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var copy: [UInt8] = []
    copy.reserveCapacity(secret.count)
    secret.withBytes { bytes in
      for index in bytes.indices { copy.append(bytes[index]) }
    }
    defer { SecretBytes.wipe(&copy) }
    return try body(copy)
  }
}
