import Digest
import Wire

/// Makes bundles (CZ01): compressed, encrypted for the project, signed by its author.
public enum BundlePacker {
  /// - Parameters:
  ///   - payload: a JSON object of at most 16 MiB; packed as it is.
  ///   - createdAt: UNIX seconds; the bundle with the later time is the newer one.
  ///   - policyCount: for information only.
  /// - Returns: the bytes of the file, which were opened again by the code that proxies use.
  public static func pack(
    payload: [UInt8], createdAt: UInt64, policyCount: UInt16, author: borrowing AuthorKeys
  ) throws(BundleError) -> [UInt8] {
    guard payload.count <= OpenedBundle.maxPayloadBytes else {
      throw BundleError(.decompressedTooLarge, "the payload has more than \(OpenedBundle.maxPayloadBytes) bytes")
    }
    _ = try VerifiedBundle.read(payload)
    let frame = try ZstdFrame.compressed(payload)
    let file = try seal(
      frame: frame, createdAt: createdAt, policyCount: policyCount, seed: author.seed, key: author.keys.encryptionKey)
    // Nobody gets a file that can't be opened or that holds something else.
    let opened = try UnverifiedBundle(parsing: file).verified(by: author.keys.signers.primary)
      .open(with: author.keys.encryptionKey)
    guard opened.payload.bytes == payload[...] else {
      throw BundleError(.unavailable, "the bundle does not open to the payload that it was packed of")
    }
    return file
  }

  /// Encrypts and signs any bytes in place of the compressed payload.
  package static func seal(
    frame: [UInt8], createdAt: UInt64, policyCount: UInt16, seed: borrowing SigningSeed,
    key: borrowing EncryptionKey
  ) throws(BundleError) -> [UInt8] {
    try Sodium.prepare()
    let sealed = try key.sealed(frame, nonce: RandomBytes.array(EncryptionKey.nonceSize))
    guard BundleHeader.size + sealed.count + BundleHeader.signatureSize <= UnverifiedBundle.maxBytes else {
      throw BundleError(.fileTooLarge, "the bundle would have more than \(UnverifiedBundle.maxBytes) bytes")
    }
    let header = BundleHeader(
      createdAt: createdAt, policyCount: policyCount, signatureOffset: BundleHeader.size + sealed.count)
    let message = header.bytes + sealed
    return message + seed.signature(of: message)
  }
}
