internal import Digest

/// A secret text with several owners, in guarded memory; wiped when the last owner releases it.
// INVARIANT: the bytes are written only during `init`, so threads may share them.
@safe public final class SharedSecret: @unchecked Sendable {
  private let secret: SecretBytes

  /// Copies the bytes; wiping its own copy is up to the caller (see ``SecretBytes/wipe(_:)``).
  ///
  /// - Parameter name: what the secret is, for the error if there is no memory that can be guarded.
  public init(copying bytes: some Collection<UInt8>, of name: String) throws(StateError) {
    do throws(SecretBytes.Unavailable) {
      secret = try SecretBytes(copying: bytes)
    } catch {
      throw StateError(.noMemory, "\(name) can't be kept: \(error)")
    }
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
